import 'reflect-metadata';
import { MfaError, readFields } from '../../mfa/index.js';
import { RegistrationBody } from './registration.body.js';

const good = { username: 'alice', email: 'alice@example.org', password: 'correct horse' };

function errorsOf(changes: object): unknown {
  try {
    readFields(RegistrationBody, { ...good, ...changes });
    return {};
  } catch (error) {
    return error instanceof MfaError ? error.extras.errors : error;
  }
}

describe('RegistrationBody', () => {
  it.each([
    { username: 'Zoë_4.2@home+x-y' },
    { username: '名'.repeat(150) },
    { username: '𝒜' },
    { email: `${'a'.repeat(64)}@${'b'.repeat(63)}.example` },
    { email: 'root@localhost' },
  ])('takes %j', (changes) => {
    expect(errorsOf(changes)).toEqual({});
  });

  it('reads a user name as it will be stored', () => {
    const { username } = readFields(RegistrationBody, { ...good, username: 'ﬁve' });
    expect(username).toBe('five');
  });

  it.each([
    { username: '' },
    { username: 'a b' },
    { username: 'a\0' },
    { username: 'a\u200bb' },
    { username: 'a'.repeat(151) },
    // Normalises to eighteen characters, spaces included.
    { username: '\ufdfa' },
    { username: ['alice'] },
    { username: null },
    { email: '' },
    { email: 'alice' },
    { email: 'a@b c' },
    { email: 'a\n@example.org' },
    { email: '"a"@example.org' },
    { email: 'a..b@example.org' },
    { email: 'a@\u24d4xample.org' },
    { email: `a@${'b.'.repeat(126)}bb` },
    { password: '' },
    { password: 12345678 },
    { is_active: true },
  ])('refuses %j', (changes) => {
    expect(errorsOf(changes)).toEqual({ [String(Object.keys(changes)[0])]: [expect.any(String)] });
  });
});
