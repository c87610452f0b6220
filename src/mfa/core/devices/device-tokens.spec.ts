import { FakeRandomSource } from '../../testing/fake-random-source.js';
import { KeyRing } from '../keys/key-ring.js';
import { resolveMfaOptions } from '../options/mfa.options.js';
import { DeviceTokens } from './device-tokens.js';

const KEY = { id: '2026-01', key: Buffer.alloc(32, 7) };
const OTHER_KEY = { id: '2026-02', key: Buffer.alloc(32, 8) };
const DEVICE = { subjectId: 'Jürgen', id: '0193a5b0-7c1e-7d4e-9d1a-3f1f0f6d2b11' };

let keys: KeyRing;
let tokens: DeviceTokens;

beforeEach(() => {
  keys = new KeyRing(resolveMfaOptions({ secretKeys: [KEY] }));
  tokens = new DeviceTokens(keys, new FakeRandomSource());
});

describe('DeviceTokens', () => {
  it('reads what it wrote, for its subject alone', () => {
    const { facts, token } = tokens.first(DEVICE);
    expect(facts).toEqual({ ...DEVICE, generation: 1, salt: expect.any(String), keyId: KEY.id });
    expect(tokens.read(token, DEVICE.subjectId)).toEqual(facts);
    expect(tokens.read(token, 'somebody else')).toBeNull();
  });

  it('makes each token anew, and the same one again', () => {
    const first = tokens.first(DEVICE);
    const next = tokens.next(first.facts);
    expect(next.facts).toMatchObject({ ...DEVICE, generation: 2 });
    expect(next.facts.salt).not.toBe(first.facts.salt);
    expect(tokens.again(next.facts)).toBe(next.token);
  });

  it('uses the first key for new tokens, and knows those of others until they are gone', () => {
    const { facts, token } = tokens.first(DEVICE);
    keys.replace([OTHER_KEY, KEY]);
    expect(tokens.next(facts).facts.keyId).toBe(OTHER_KEY.id);
    expect(tokens.again(facts)).toBe(token);
    keys.replace([OTHER_KEY]);
    expect([tokens.again(facts), tokens.read(token, DEVICE.subjectId)]).toEqual([null, null]);
  });

  it('reads nothing with a changed, missing or further byte', () => {
    const { token } = tokens.first(DEVICE);
    const bytes = Buffer.from(token, 'base64url');
    const changed = [...bytes.keys()].map((place) => {
      const copy = Buffer.from(bytes);
      copy.writeUInt8(copy.readUInt8(place) ^ 1, place);
      return copy;
    });
    const cut = [...bytes.keys()].map((length) => bytes.subarray(0, length));
    for (const other of [...changed, ...cut, Buffer.concat([bytes, Buffer.alloc(1)])]) {
      expect(tokens.read(other.toString('base64url'), DEVICE.subjectId)).toBeNull();
    }
  });

  it.each(['', 'nonsense', '=', 'A'.repeat(100_000)])('reads nothing in %.12j', (text) => {
    expect(tokens.read(text, DEVICE.subjectId)).toBeNull();
  });

  it('accepts a token in its one form alone', () => {
    const { token } = tokens.first(DEVICE);
    for (const other of [`${token}=`, ` ${token}`, `${token}\n`]) {
      expect(tokens.read(other, DEVICE.subjectId)).toBeNull();
    }
  });
});
