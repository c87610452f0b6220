import { errorsOfPassword } from './password-rules.js';

const user = { username: 'alice.liddell', email: 'alice@example.org' };

describe('errorsOfPassword', () => {
  it.each(['12345678', 'x'.repeat(1024), '🔑'.repeat(8), 'alice.liddell2'])(
    'takes %s',
    (password) => {
      expect(errorsOfPassword(password, user)).toEqual([]);
    },
  );

  it.each([
    ['1234567', 'too short'],
    ['🔑'.repeat(7), 'too short'],
    ['cafe\u0301 12', 'too short'],
    ['x'.repeat(1025), 'no more than 1024'],
    ['Alice.Liddell', 'is the username'],
    ['alice@example.org', 'is the username or the email'],
  ])('refuses %s', (password, reason) => {
    expect(errorsOfPassword(password, user)).toEqual([expect.stringContaining(reason)]);
  });
});
