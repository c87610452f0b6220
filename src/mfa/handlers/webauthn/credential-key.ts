import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { type WebAuthnServer } from './webauthn-server.js';

/** Members by their labels [RFC 9052 §7.1]. */
type CoseKey = ReadonlyMap<number, unknown>;

/** Labels [RFC 9052 §7.1, RFC 9053 §7, RFC 8230 §4]: the meaning of the negative ones depends on `kty`. */
const LABEL = { kty: 1, alg: 3, crv: -1, x: -2, y: -3, n: -1, e: -2 };
/** [RFC 9053 §7, RFC 8230 §4] */
const KEY_TYPE = { OKP: 1, EC2: 2, RSA: 3 };
/** [RFC 9053 §7.1] */
const CURVE = { P256: 1, Ed25519: 6 };

/** The smallest modulus of 2048 bits [NIST SP 800-131A §3]. */
const LEAST_MODULUS = 2n ** 2047n;
/** Smaller exponents have let attackers in where padding was checked badly [NIST FIPS 186-5 §5.1]. */
const LEAST_EXPONENT = 65_537n;
/** Bytes of a coordinate, leading zeroes included [RFC 9053 §7.1.1]. */
const P256_COORDINATE_BYTES = 32;

/**
 * Ed25519 points of order 8 or less, without their sign bit, and the second spellings of 0 and 1.
 * Signatures that verify under such a key can be made by anyone [RFC 8032 §5.1.3, §5.1.7].
 */
const SMALL_ORDER_POINTS: ReadonlySet<string> = new Set([
  `00${'00'.repeat(30)}00`,
  `01${'00'.repeat(30)}00`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
]);

/** By COSE algorithm number: each algorithm takes one kind of key. */
const READERS: ReadonlyMap<unknown, (key: CoseKey) => JsonWebKey> = new Map([
  [-8, ed25519KeyOf],
  [-7, p256KeyOf],
  [-257, rsaKeyOf],
]);

/**
 * Refuses a new key that its algorithm is not safe with. For a weak key others can answer; for a
 * key of another kind perhaps nobody can.
 *
 * @param publicKey in COSE
 * @throws {Error} when the key is of another kind, not on its curve, or weak
 */
export function refuseUnsoundKey({ isoCBOR }: WebAuthnServer, publicKey: CborBytes): void {
  const key = isoCBOR.decodeFirst<CoseKey>(publicKey);
  const read = READERS.get(key.get(LABEL.alg));
  if (read === undefined) throw new Error('No key of a known algorithm.');
  // Node checks that a point is on the curve P-256.
  createPublicKey({ format: 'jwk', key: read(key) });
}

type CborBytes = Parameters<WebAuthnServer['isoCBOR']['decodeFirst']>[0];

function ed25519KeyOf(key: CoseKey): JsonWebKey {
  refuseUnless(key.get(LABEL.kty) === KEY_TYPE.OKP && key.get(LABEL.crv) === CURVE.Ed25519);
  const x = bytesOf(key, LABEL.x);
  const withoutSign = Buffer.from(x);
  withoutSign.writeUInt8(x.readUInt8(31) & 0x7f, 31);
  refuseUnless(!SMALL_ORDER_POINTS.has(withoutSign.toString('hex')));
  return { kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url') };
}

function p256KeyOf(key: CoseKey): JsonWebKey {
  refuseUnless(key.get(LABEL.kty) === KEY_TYPE.EC2 && key.get(LABEL.crv) === CURVE.P256);
  const [x, y] = [bytesOf(key, LABEL.x), bytesOf(key, LABEL.y)];
  refuseUnless(x.length === P256_COORDINATE_BYTES && y.length === P256_COORDINATE_BYTES);
  return { kty: 'EC', crv: 'P-256', x: x.toString('base64url'), y: y.toString('base64url') };
}

function rsaKeyOf(key: CoseKey): JsonWebKey {
  refuseUnless(key.get(LABEL.kty) === KEY_TYPE.RSA);
  const [n, e] = [bytesOf(key, LABEL.n), bytesOf(key, LABEL.e)];
  refuseUnless(numberOf(n) >= LEAST_MODULUS && numberOf(e) >= LEAST_EXPONENT);
  return { kty: 'RSA', n: n.toString('base64url'), e: e.toString('base64url') };
}

function bytesOf(key: CoseKey, label: number): Buffer {
  const value = key.get(label);
  if (value instanceof Uint8Array) return Buffer.from(value);
  throw new Error('No bytes where a key has some.');
}

function numberOf(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}

function refuseUnless(isSound: boolean): void {
  if (!isSound) throw new Error('No key that its algorithm is safe with.');
}
