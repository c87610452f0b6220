import { resolveMfaOptions } from './mfa.options.js';

const KEY = { id: '2026-01', key: new Uint8Array(32) };

function resolve(changes: Record<string, unknown>) {
  return resolveMfaOptions({ secretKeys: [KEY], ...changes });
}

describe('resolveMfaOptions', () => {
  it('fills in every default', () => {
    expect(resolve({})).toEqual({
      secretKeys: [KEY],
      applicationName: 'MyApplication',
      totpDefaultIntervalSeconds: 30,
      totpDefaultValidWindowSteps: 1,
      numOfBackupCodes: 5,
      outboxIntervalSeconds: 5,
      stepUpMaxAgeSeconds: 900,
      backupCodeLength: 12,
      backupCodeAllowedChars: '0123456789ABCDEFGHJKMNPQRSTVWXYZ',
      backupCodeSecureHash: true,
      backupCodeHashCost: 10,
      ephemeralTokenExpirySeconds: 900,
      preventDeleteActiveMethod: false,
      preventDeletePrimaryMethod: false,
      preventDeleteLastMethod: false,
      deleteActiveMethodRequireCode: false,
      updatePrimaryMethodRequiredPrimaryCode: false,
      maxAttemptsPerChallenge: 5,
      maxFailuresPerMethod: 10,
      maxFailuresPerAccount: 20,
      maxFailuresPerSession: 10,
      lockSeconds: 900,
      sendCooldownSeconds: 30,
      maxSendsPerSubject: 5,
      maxSendsPerAddress: 10,
      maxEnrolmentSendsPerAddress: 5,
      maxEnrolmentSendsPerNetwork: 100,
      maxSendsPerNetwork: 300,
      maxSendsPerHour: 10_000,
      trustedDevices: 'off',
      trustedDeviceDays: 30,
      tokenGraceSeconds: 20,
      reversalSeconds: 259_200,
    });
  });

  it('takes undefined for unset', () => {
    expect(resolve({ numOfBackupCodes: undefined }).numOfBackupCodes).toBe(5);
  });

  it.each([
    [
      'a whole number',
      { numOfBackupCodes: 2.5 },
      'numOfBackupCodes takes a whole number from 1 to 20.',
    ],
    ['the least value', { totpDefaultIntervalSeconds: 14 }, 'from 15 to 60'],
    ['the greatest value', { ephemeralTokenExpirySeconds: 3601 }, 'from 60 to 3600'],
    ['a number', { lockSeconds: 'soon' }, 'lockSeconds takes'],
    ['a cap that lets something be sent', { maxSendsPerHour: 0 }, 'from 10 to 10000000'],
    ['a key', { secretKeys: [] }, 'secretKeys takes at least one key'],
    ['a list of keys', { secretKeys: undefined }, 'secretKeys takes at least one key'],
    ['a long key', { secretKeys: [{ id: 'a', key: new Uint8Array(16) }] }, 'key "a"'],
    ['a plain key id', { secretKeys: [{ id: 'a:b', key: new Uint8Array(32) }] }, 'key "a:b"'],
    ['key ids once', { secretKeys: [KEY, KEY] }, 'the same id'],
    ['hashed backup codes', { backupCodeSecureHash: false }, 'takes only true'],
    ['two characters or more', { backupCodeAllowedChars: 'A' }, 'at least two different'],
    ['each character once', { backupCodeAllowedChars: 'ABA' }, 'at least two different'],
    ['letters and digits', { backupCodeAllowedChars: 'AB-' }, 'at least two different'],
    [
      'twenty bits',
      { backupCodeAllowedChars: '0123456789', backupCodeLength: 6 },
      'fewer than 20 random bits',
    ],
    ['an issuer', { applicationName: ' ' }, 'applicationName takes'],
    ['an issuer without a colon', { applicationName: 'a:b' }, 'applicationName takes'],
  ])('insists on %s', (_, changes, message) => {
    expect(() => resolve(changes)).toThrow(message);
  });

  it('reports every error at once', () => {
    expect(() => resolve({ lockSeconds: 1, numOfBackupCodes: 0 })).toThrow(
      /numOfBackupCodes.*lockSeconds/,
    );
  });
});
