import { FakeRandomSource } from '../../../mfa/testing/index.js';
import { generateKeys } from './generate-keys.js';
import { keyEntriesText, readKeyEntries } from './key-entry.js';
import { jwtKeyRing, masterKey, secretKeyRing } from './key-formats.js';

const older = generateKeys(new FakeRandomSource('older'));
const newer = generateKeys(new FakeRandomSource('newer'));
const key = newer.MFA_SECRET_KEYS.split(':')[1] ?? '';
const signing = newer.JWT_KEYS.split(':')[1] ?? '';

/** The order of P-256: every private key is below it [FIPS 186-5]. */
const ORDER_OF_CURVE = '_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE';

describe('a ring as it is written', () => {
  it('is read back as it was, marks and all', () => {
    const text = `a:${key},b:next:wrapped:${key.slice(0, 40)}${key},c:replaced-20260131T120000Z:${key}`;
    const entries = readKeyEntries(text) ?? [];
    expect(entries).toMatchObject([
      { id: 'a', mark: null, replacedAt: null, isWrapped: false },
      { id: 'b', mark: 'next', replacedAt: null, isWrapped: true },
      { id: 'c', mark: null, replacedAt: new Date('2026-01-31T12:00:00Z'), isWrapped: false },
    ]);
    expect(keyEntriesText(entries)).toBe(text);
  });

  it.each([
    ['nothing', ''],
    ['a mark of another word', `a:${key},b:later:${key}`],
    ['a time that is none', `a:${key},b:replaced-20261331T120000Z:${key}`],
    ['a first key that does not seal yet', `b:next:${key},a:${key}`],
    ['a first key that another has replaced', `b:replaced-20260131T120000Z:${key},a:${key}`],
    ['a double id', `a:${key},a:next:${key}`],
    ['a comma at the end', `a:${key},`],
    ['an id that is too long', `${'a'.repeat(33)}:${key}`],
  ])('is not %s', (_what, text) => {
    expect(readKeyEntries(text)).toBeUndefined();
  });
});

describe('secretKeyRing', () => {
  it('reads what is generated, in its order', () => {
    const ring = secretKeyRing.safeParse(`${newer.MFA_SECRET_KEYS}, ${older.MFA_SECRET_KEYS}`).data;
    expect(ring?.map((entry) => entry.key.length)).toEqual([32, 32]);
    expect(newer.MFA_SECRET_KEYS).toMatch(new RegExp(`^${ring?.[0]?.id}:`));
  });

  it.each([
    ['one key too short', 'a:AAAA'],
    ['one key too long', `a:${key}${key}`],
    ['no id', 'A'.repeat(43)],
    ['a key of zeros', `k:${'A'.repeat(43)}`],
    ['a wrapped key', `k:wrapped:${key}`],
    ['one bad key among good ones', `${newer.MFA_SECRET_KEYS},k:AAAA`],
  ])('refuses %s', (_what, text) => {
    expect(secretKeyRing.safeParse(text).data).toBeUndefined();
  });
});

describe('jwtKeyRing', () => {
  it('reads what is generated, in its order', () => {
    const ring = jwtKeyRing.safeParse(
      `${newer.JWT_KEYS},old:next:${older.JWT_KEYS.split(':')[1]}`,
    ).data;
    expect(ring?.map(({ kid }) => kid)).toEqual([newer.JWT_KEYS.split(':')[0], 'old']);
    expect(ring?.[0]?.privateKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(ring?.[0]?.privateKey.export({ format: 'jwk' }).d).toBe(signing);
  });

  it.each([
    ['a private half out of range', `k:${ORDER_OF_CURVE}`],
    ['one key too short', 'k:AAAA'],
    ['a wrapped key', `k:wrapped:${signing}`],
    ['a double id', `${newer.JWT_KEYS},${newer.JWT_KEYS}`],
    ['one bad key among good ones', `${newer.JWT_KEYS},k:AAAA`],
  ])('refuses %s', (_what, text) => {
    expect(jwtKeyRing.safeParse(text).data).toBeUndefined();
  });
});

describe('masterKey', () => {
  it('reads 32 random bytes', () => {
    expect(masterKey.safeParse(key).data?.toString('base64url')).toBe(key);
  });

  it.each(['', 'short', 'A'.repeat(43), `${key}A`])('refuses %j', (text) => {
    expect(masterKey.safeParse(text).data).toBeUndefined();
  });
});
