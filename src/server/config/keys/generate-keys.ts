import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { type RandomSource } from '../../../mfa/index.js';
import { type KeyEntry, keyEntriesText } from './key-entry.js';

/** The variables that hold one ring each. */
export const RING_NAMES = ['MFA_SECRET_KEYS', 'JWT_KEYS'] as const;

/** One of {@link RING_NAMES}. */
export type RingName = (typeof RING_NAMES)[number];

/** The texts of both rings, by variable. */
export type KeyTexts = Readonly<Record<RingName, string>>;

const KEY_NAME_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const KEY_BYTES = 32;

/** Makes both rings, each of one new key. */
export function generateKeys(random: RandomSource): KeyTexts {
  return {
    MFA_SECRET_KEYS: keyEntriesText([generateKey('MFA_SECRET_KEYS', random)]),
    JWT_KEYS: keyEntriesText([generateKey('JWT_KEYS', random)]),
  };
}

/** A new key for one ring, unwrapped and unmarked. */
export function generateKey(ring: RingName, random: RandomSource): KeyEntry {
  return {
    id: random.characters(KEY_NAME_LETTERS, 8),
    mark: null,
    replacedAt: null,
    isWrapped: false,
    bytes: ring === 'JWT_KEYS' ? newSigningKey() : random.bytes(KEY_BYTES),
  };
}

/**
 * The private part of a new pair. It is read from the text of the key: when Node.js 20 exports a pair that
 * it has just generated, a collection of garbage at that moment makes it wait for itself for ever.
 */
function newSigningKey(): Buffer {
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return Buffer.from(createPrivateKey(privateKey).export({ format: 'jwk' }).d ?? '', 'base64url');
}
