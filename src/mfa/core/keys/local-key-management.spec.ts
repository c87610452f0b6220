import { LocalKeyManagement } from './local-key-management.js';
import { unwrapSecretKeys } from './unwrap-secret-keys.js';

const hex = (text: string) => Buffer.from(text, 'hex');
const master = hex('000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F');
const dataKey = hex('00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F');
const local = new LocalKeyManagement(master);

describe('LocalKeyManagement', () => {
  it('wraps as RFC 3394 §4.6 has it', async () => {
    const wrapped = await local.wrap(dataKey);
    expect(Buffer.from(wrapped).toString('hex').toUpperCase()).toBe(
      '28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21',
    );
    expect(Buffer.from(await local.unwrap(wrapped))).toEqual(dataKey);
  });

  it('has a name that tells master keys apart, and nothing of them', () => {
    const other = new LocalKeyManagement(Buffer.alloc(32, 1));
    expect(local.keyId).toMatch(/^local-[0-9a-f]{8}$/);
    expect(other.keyId).not.toBe(local.keyId);
    expect(new LocalKeyManagement(master).keyId).toBe(local.keyId);
  });

  it('refuses a master key of another length', () => {
    expect(() => new LocalKeyManagement(Buffer.alloc(16))).toThrow('32 bytes');
  });
});

describe('unwrapSecretKeys', () => {
  it('gives the keys of a ring in its order', async () => {
    const other = Buffer.alloc(32, 2);
    const ring = [
      { id: 'new', wrapped: await local.wrap(other) },
      { id: 'old', wrapped: await local.wrap(dataKey) },
    ];
    const keys = await unwrapSecretKeys(local, ring);
    expect(keys.map(({ id, key }) => [id, Buffer.from(key)])).toEqual([
      ['new', other],
      ['old', dataKey],
    ]);
  });

  it.each([
    ['cut', (wrapped: Buffer) => wrapped.subarray(0, -8)],
    ['cut to an odd length', (wrapped: Buffer) => wrapped.subarray(0, -1)],
    ['empty', () => Buffer.alloc(0)],
    ['altered', (wrapped: Buffer) => Buffer.concat([Buffer.from([0]), wrapped.subarray(1)])],
  ])('names the key that is %s, and who could not unwrap it', async (_what, spoil) => {
    const wrapped = spoil(Buffer.from(await local.wrap(dataKey)));
    await expect(unwrapSecretKeys(local, [{ id: 'k1', wrapped }])).rejects.toThrow(
      `The key "k1" cannot be unwrapped by "${local.keyId}"`,
    );
  });

  it('names the key that another master key wrapped', async () => {
    const wrapped = await new LocalKeyManagement(Buffer.alloc(32, 9)).wrap(dataKey);
    await expect(unwrapSecretKeys(local, [{ id: 'k1', wrapped }])).rejects.toThrow('"k1"');
  });
});
