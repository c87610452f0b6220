import { isWorthWaiting } from './is-worth-waiting.js';

const errorWith = (code: string) => Object.assign(new Error('failed'), { code });

describe('isWorthWaiting', () => {
  it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', '57P03', '57P01', '08006', '53300'])(
    'has a start wait after %s',
    (code) => expect(isWorthWaiting(errorWith(code))).toBe(true),
  );

  it.each([
    'timeout expired',
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
  ])('has it wait after "%s" of the driver', (message) => {
    expect(isWorthWaiting(new Error(message))).toBe(true);
  });

  // A wrong password, a role without rights, no such database, no right to change tables.
  it.each(['28P01', '28000', '3D000', '42501', 'DEPTH_ZERO_SELF_SIGNED_CERT'])(
    'has it give up after %s',
    (code) => expect(isWorthWaiting(errorWith(code))).toBe(false),
  );

  it('has it give up after anything else', () => {
    expect(isWorthWaiting(new Error('relation "users" already exists'))).toBe(false);
    expect(isWorthWaiting('a text')).toBe(false);
  });
});
