import { MfaError, problemOnly, PROBLEMS } from './errors.js';

describe('MfaError', () => {
  it('has the status and the text of its code, or a text of its own', () => {
    const error = new MfaError('invalid_code');
    expect([error.status, error.message]).toEqual([400, PROBLEMS.invalid_code.detail]);
    expect(new MfaError('invalid_code', { detail: 'Invalid OTP code' }).message).toBe(
      'Invalid OTP code',
    );
  });
});

describe('problemOnly', () => {
  it('hands a problem on, and throws what is none', () => {
    const problem = new MfaError('invalid_code');
    expect(problemOnly(problem)).toBe(problem);
    expect(() => problemOnly(new TypeError('no problem'))).toThrow(TypeError);
  });
});
