import { SystemRandomSource } from '../../contract/random.js';
import { type MfaModuleOptions, resolveMfaOptions } from '../options/mfa.options.js';
import { BackupCodes } from './backup-codes.js';
import { KeyRing } from '../keys/key-ring.js';

/** Who asks, from where. */
const U1 = { subject: { id: 'u1' }, client: { ip: '192.0.2.1' } };
const KEY = { id: 'k', key: new Uint8Array(32) };

function codesOf(changes: Partial<MfaModuleOptions> = {}) {
  const options = resolveMfaOptions({ secretKeys: [KEY], backupCodeHashCost: 4, ...changes });
  return new BackupCodes(options, new SystemRandomSource(), new KeyRing(options));
}

describe('BackupCodes', () => {
  it('draws a set of different codes of the configured form', () => {
    const codes = codesOf().draw();
    expect(new Set(codes).size).toBe(5);
    for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{12}$/);
  });

  it('draws until no two are alike', () => {
    const few = codesOf({
      backupCodeAllowedChars: 'ab',
      backupCodeLength: 20,
      numOfBackupCodes: 20,
    });
    expect(new Set(few.draw()).size).toBe(20);
  });

  it.each([
    ['as it is', {}, 'ABCDEFGH0123', 'ABCDEFGH0123'],
    ['in small letters, with blanks and hyphens', {}, ' abcd-efgh 0123 ', 'ABCDEFGH0123'],
    ['with look-alikes', {}, 'ABCDEFGHOiL1', 'ABCDEFGH0111'],
    ['too short', {}, 'ABCDEFGH012', null],
    ['too long', {}, 'ABCDEFGH01234', null],
    ['with a character of no code', {}, 'ABCDEFGH012U', null],
    ['of digits', { backupCodeAllowedChars: '0123456789' }, '12345678901O', '123456789010'],
    ['of an alphabet with O', { backupCodeAllowedChars: 'AO01' }, 'AO01AO01AO01', 'AO01AO01AO01'],
    ['of an alphabet without 0', { backupCodeAllowedChars: 'ABCD' }, 'ABCDABCDABCO', null],
    ['of small letters', { backupCodeAllowedChars: 'abcdAB' }, 'abcdABabcdAB', 'abcdABabcdAB'],
    [
      'of small letters, in the other case',
      { backupCodeAllowedChars: 'abcdef' },
      'ABCDEFabcdef',
      null,
    ],
  ])('reads a code %s', (_, changes, text, expected) => {
    expect(codesOf(changes).read(text)).toBe(expected);
  });

  it('tags a code for one user, under each key', () => {
    const codes = codesOf({ secretKeys: [{ id: 'new', key: Buffer.alloc(32, 1) }, KEY] });
    const [newest, oldest] = codes.tags('u1', 'ABCDEFGH0123');
    expect(codesOf().tags('u1', 'ABCDEFGH0123')).toEqual([oldest]);
    expect(codes.tags('u2', 'ABCDEFGH0123')).not.toContain(newest);
  });

  it('seals under the newest tag, and a hash of its own', async () => {
    const codes = codesOf();
    const [first, second] = await codes.seal(U1, ['ABCDEFGH0123', 'ABCDEFGH0124']);
    expect(first?.lookup).toBe(codes.tags('u1', 'ABCDEFGH0123')[0]);
    expect(await codes.matches('ABCDEFGH0123', first?.hash ?? '', U1)).toBe(true);
    expect(await codes.matches('ABCDEFGH0123', second?.hash ?? '', U1)).toBe(false);
  });
});
