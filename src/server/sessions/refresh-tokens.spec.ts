import { createHmac } from 'node:crypto';
import { KeyRing, resolveMfaOptions, type SecretKey } from '../../mfa/index.js';
import { FakeRandomSource } from '../../mfa/testing/index.js';
import { MAX_REFRESH_TOKEN_LENGTH, RefreshTokens } from './refresh-tokens.js';

const random = new FakeRandomSource('refresh');
const keyCalled = (id: string): SecretKey => ({ id, key: random.bytes(32) });
const [older, newer] = [keyCalled('older'), keyCalled('newer')];

const ringOf = (...secretKeys: SecretKey[]) => new KeyRing(resolveMfaOptions({ secretKeys }));
const tokensOf = (...secretKeys: SecretKey[]) => new RefreshTokens(ringOf(...secretKeys), random);

const tokens = tokensOf(older);
const session = { userId: random.rowId(), sessionId: random.rowId() };
const refusal = expect.objectContaining({ code: 'token_not_valid' });
const HMAC_BYTES = 32;

/** Other contents, correctly signed with a key of the ring. */
function resign(token: string, change: (said: Buffer) => Buffer): string {
  const bytes = Buffer.from(token, 'base64url');
  const said = change(bytes.subarray(0, -HMAC_BYTES));
  const { secret } = ringOf(older).newest('refresh-token');
  const tag = createHmac('sha256', secret).update(said).digest();
  return Buffer.concat([said, tag]).toString('base64url');
}

describe('a refresh token', () => {
  it('says what was written, the same each time', () => {
    const first = tokens.first(session);
    expect(first).toEqual({ ...session, generation: 1, salt: expect.any(String), keyId: 'older' });
    expect(Buffer.from(first.salt, 'base64url')).toHaveLength(16);
    const token = tokens.write(first);
    expect(tokens.write(first)).toBe(token);
    expect(tokens.read(token)).toEqual(first);
  });

  it('is followed by one with another number and another salt', () => {
    const first = tokens.first(session);
    const next = tokens.next(first);
    expect(next).toMatchObject({ ...session, generation: 2 });
    expect(next.salt).not.toBe(first.salt);
    expect(tokens.read(tokens.write(next))).toEqual(next);
  });

  it('is no longer than the greatest length, whatever the key is called', () => {
    const longest = tokensOf(keyCalled('k'.repeat(32)));
    const token = longest.write(longest.first(session));
    expect(token).toHaveLength(MAX_REFRESH_TOKEN_LENGTH);
    expect(longest.read(token)).toMatchObject(session);
  });

  it('is made by the first key, and read by each', () => {
    const both = tokensOf(newer, older);
    expect(both.next(tokens.first(session)).keyId).toBe('newer');
    const token = tokens.write(tokens.first(session));
    expect(both.read(token)).toMatchObject({ keyId: 'older' });
    expect(both.write(both.read(token))).toBe(token);
  });

  it('is neither read nor made again once its key is gone', () => {
    const first = tokens.first(session);
    const later = tokensOf(newer);
    expect(() => later.read(tokens.write(first))).toThrow(refusal);
    expect(() => later.write(first)).toThrow(refusal);
  });
});

describe('a forged refresh token', () => {
  const good = tokens.write(tokens.first(session));
  const bytes = Buffer.from(good, 'base64url');

  it('is believed when nothing in it is wrong, so that the refusals below mean something', () => {
    expect(tokens.read(resign(good, (said) => said))).toMatchObject(session);
  });

  it('is refused, whatever bit of it was changed', () => {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8((changed[bit >> 3] ?? 0) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => tokens.read(changed.toString('base64url'))).toThrow(refusal);
    }
  });

  it('is refused, wherever it was cut', () => {
    for (let end = 0; end < good.length; end++) {
      expect(() => tokens.read(good.slice(0, end))).toThrow(refusal);
    }
  });

  it.each([
    ['more at its end', `${good}AA`],
    ['white space in it', `${good.slice(0, 9)}\n${good.slice(9)}`],
    ['padding', `${good}==`],
    ['signs of the other alphabet', Buffer.concat([bytes, Buffer.from([255])]).toString('base64')],
    ['nothing', ''],
    ['no base64url', 'ünïcode'],
    ['three parts', 'eyJhbGciOiJub25lIn0.e30.'],
    ['too much', 'A'.repeat(MAX_REFRESH_TOKEN_LENGTH + 1)],
  ])('is refused with %s', (_, token) => {
    expect(() => tokens.read(token)).toThrow(refusal);
  });

  it('is refused with bits that its last sign has to spare', () => {
    const padded = tokensOf(keyCalled('odd'));
    const token = padded.write(padded.first(session));
    // With 88 bytes, four bits of the last character are unused.
    const last = token.at(-1) ?? '';
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const other = alphabet.charAt(alphabet.indexOf(last) ^ 1);
    expect(Buffer.from(token.slice(0, -1) + other, 'base64url')).toEqual(
      Buffer.from(token, 'base64url'),
    );
    expect(() => padded.read(token.slice(0, -1) + other)).toThrow(refusal);
  });

  it('is refused under a key of another use, or of another ring', () => {
    const { secret } = ringOf(older).newest('ephemeral-token');
    const said = bytes.subarray(0, -HMAC_BYTES);
    const tag = createHmac('sha256', secret).update(said).digest();
    expect(() => tokens.read(Buffer.concat([said, tag]).toString('base64url'))).toThrow(refusal);
    const namesake = tokensOf({ id: 'older', key: random.bytes(32) });
    expect(() => tokens.read(namesake.write(namesake.first(session)))).toThrow(refusal);
  });

  it.each(['__proto__', 'constructor', 'newer', ''])('is refused under the key "%s"', (keyId) => {
    const token = resign(good, (said) =>
      Buffer.concat([
        Buffer.from([keyId.length]),
        Buffer.from(keyId),
        said.subarray(1 + 'older'.length),
      ]),
    );
    expect(() => tokens.read(token)).toThrow(refusal);
  });
});
