import { createECDH, createPrivateKey, type KeyObject } from 'node:crypto';
import { type SecretKey } from '../../../mfa/index.js';
import { format, type Format } from '../values/formats.js';
import { type KeyEntry, readKeyEntries } from './key-entry.js';

const KEY_BYTES = 32;

/** One key of the ring that signs access tokens with ES256 [RFC 7518 §3.4]. */
export interface JwtKey {
  /** Identifies the key in the headers of tokens and in the published key set. */
  readonly kid: string;
  /** A private key on the curve P-256. */
  readonly privateKey: KeyObject;
}

/** The unwrapped keys of a ring: the first one seals, all of them open. */
export const secretKeyRing: Format<readonly SecretKey[]> = format(
  'id:key pairs between commas as `npm run keys:generate` makes them, each key 32 random bytes in base64url, each id once',
  (text) => readRing(text, ({ id, bytes }) => ({ id, key: bytes })),
);

/**
 * As {@link secretKeyRing}, but each key is the private part `d` of a pair on P-256 [RFC 7518 §6.2.2].
 */
export const jwtKeyRing: Format<readonly JwtKey[]> = format(
  'id:key pairs between commas as `npm run keys:generate` makes them, each key the private half of one on P-256 in base64url, each id once',
  (text) => readRing(text, readJwtKey),
);

/** The key that wraps the keys of both rings. */
export const masterKey: Format<Buffer> = format(
  '32 random bytes in base64url, as `npm run keys:generate -- --master` makes them',
  (text) =>
    /^[A-Za-z0-9_-]{43}$/.test(text) ? soundKey(Buffer.from(text, 'base64url')) : undefined,
);

/** All keys; undefined when one of them is wrapped, truncated or weak. */
function readRing<Key>(
  text: string,
  read: (entry: KeyEntry) => Key | undefined,
): readonly Key[] | undefined {
  const entries = readKeyEntries(text) ?? [];
  const keys = entries
    .filter(({ isWrapped, bytes }) => !isWrapped && soundKey(bytes) !== undefined)
    .map(read)
    .filter((key) => key !== undefined);
  return keys.length > 0 && keys.length === entries.length ? keys : undefined;
}

/** More than half of 32 random bytes are distinct. A key of zeros or of one letter is not random. */
function soundKey(key: Buffer): Buffer | undefined {
  return key.length === KEY_BYTES && new Set(key).size > KEY_BYTES / 2 ? key : undefined;
}

function readJwtKey({ id, bytes }: KeyEntry): JwtKey | undefined {
  const privateKey = privateKeyOf(bytes);
  return privateKey === undefined ? undefined : { kid: id, privateKey };
}

/** Undefined for a number outside the order of the curve. */
function privateKeyOf(d: Buffer): KeyObject | undefined {
  const curve = createECDH('prime256v1');
  try {
    curve.setPrivateKey(d);
  } catch {
    return undefined;
  }
  const point = curve.getPublicKey();
  return createPrivateKey({
    key: {
      kty: 'EC',
      crv: 'P-256',
      d: d.toString('base64url'),
      x: point.subarray(1, 1 + KEY_BYTES).toString('base64url'),
      y: point.subarray(1 + KEY_BYTES).toString('base64url'),
    },
    format: 'jwk',
  });
}
