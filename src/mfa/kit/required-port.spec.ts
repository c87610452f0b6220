import { requiredPort } from './required-port.js';

describe('requiredPort', () => {
  it('hands on what is bound', () => {
    expect(requiredPort('sms', 'SmsGateway', 0)).toBe(0);
  });

  it('says what is missing, to whom, and what to do', () => {
    expect(() => requiredPort('work_sms', 'SmsGateway', undefined)).toThrow(
      'MFA handler "work_sms" misses the port SmsGateway: provide it in a module that exports it, and give that module to forRoot in "imports".',
    );
  });
});
