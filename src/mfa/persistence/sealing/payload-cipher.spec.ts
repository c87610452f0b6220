import { KeyRing } from '../../core/keys/key-ring.js';
import { SystemRandomSource } from '../../contract/random.js';
import { resolveMfaOptions } from '../../core/options/mfa.options.js';
import { PayloadCipher, type PayloadOwner, sealingKeyIdOf } from './payload-cipher.js';

const OLD = { id: 'old', key: Buffer.alloc(32, 1) };
const NEW = { id: 'new', key: Buffer.alloc(32, 2) };

function cipherOf(...secretKeys: (typeof OLD)[]) {
  return new PayloadCipher(
    new KeyRing(resolveMfaOptions({ secretKeys })),
    new SystemRandomSource(),
  );
}

describe('PayloadCipher', () => {
  const owner: PayloadOwner = { use: 'state', subjectId: 'u1', rowId: 'm1', purpose: 'method' };
  const payload = { secret: 'JBSWY3DPEHPK3PXP', lastStep: null };
  const cipher = cipherOf(NEW, OLD);

  it('opens what it sealed, and shows nothing of it', () => {
    const envelope = cipher.seal(payload, owner);
    expect(cipher.open(envelope, owner)).toEqual(payload);
    expect(envelope.toString('latin1')).not.toContain('JBSWY3DPEHPK3PXP');
    expect(sealingKeyIdOf(envelope)).toBe('new');
  });

  it('opens what an older key sealed', () => {
    expect(cipher.open(cipherOf(OLD).seal(payload, owner), owner)).toEqual(payload);
  });

  it('does not open without the key', () => {
    expect(() => cipherOf(OLD).open(cipher.seal(payload, owner), owner)).toThrow('not in the ring');
  });

  it.each<[string, Partial<PayloadOwner>]>([
    ['another user', { subjectId: 'u2' }],
    ['another row', { rowId: 'm2' }],
    ['another purpose', { purpose: 'login' }],
    ['another use', { use: 'challenge' }],
    ['the same text split otherwise', { subjectId: 'u', rowId: '1m1' }],
  ])('does not open for %s', (_, changes) => {
    const envelope = cipher.seal(payload, owner);
    expect(() => cipher.open(envelope, { ...owner, ...changes })).toThrow();
  });

  it('does not open with any bit flipped', () => {
    const envelope = cipher.seal(payload, owner);
    for (let at = 0; at < envelope.length; at++) {
      const flipped = Buffer.from(envelope);
      flipped.writeUInt8((flipped[at] ?? 0) ^ 1, at);
      expect(() => cipher.open(flipped, owner)).toThrow();
    }
  });

  it('does not open when it is cut anywhere', () => {
    const envelope = cipher.seal(payload, owner);
    for (let length = 0; length < envelope.length; length++) {
      expect(() => cipher.open(envelope.subarray(0, length), owner)).toThrow();
    }
  });

  it('never uses a nonce twice', () => {
    const nonces = new Set<string>();
    const nonceAt = 2 + 'new'.length;
    for (let i = 0; i < 100_000; i++) {
      nonces.add(cipher.seal(0, owner).toString('hex', nonceAt, nonceAt + 12));
    }
    expect(nonces.size).toBe(100_000);
  });
});
