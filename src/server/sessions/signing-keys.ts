import { createPublicKey, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type JwtKey } from '../config/keys/key-formats.js';
import { ServerConfig } from '../config/server-config.js';

/** A public key of the published set [RFC 7517 §4]. */
export interface PublicJwk {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly use: 'sig';
  readonly alg: 'ES256';
}

/** The public half of a key of the ring. */
export interface PublicKey {
  readonly kid: string;
  readonly key: KeyObject;
}

/** The key ring of access tokens and mailed links: the first key signs, all keys verify. */
@Injectable()
export class SigningKeys {
  private ring: SigningRing;

  constructor({ jwtKeys }: ServerConfig) {
    this.ring = ringOf(jwtKeys);
  }

  /**
   * Replaces the ring for everything that is signed or verified from now on.
   *
   * @throws {Error} when the new ring has no key; the present one then stays
   */
  replace(jwtKeys: readonly JwtKey[]): void {
    this.ring = ringOf(jwtKeys);
  }

  /** The key that signs. */
  get newest(): JwtKey {
    return this.ring.newest;
  }

  /** The keys that verify, with the signing key's first. */
  get publicKeys(): readonly PublicKey[] {
    return this.ring.publicKeys;
  }

  /** The published form of {@link publicKeys}. */
  publicJwks(): PublicJwk[] {
    return this.publicKeys.map(({ kid, key }) => ({
      // An EC key has these members [RFC 7518 §6.2.1].
      ...(key.export({ format: 'jwk' }) as Pick<PublicJwk, 'kty' | 'crv' | 'x' | 'y'>),
      kid,
      use: 'sig',
      alg: 'ES256',
    }));
  }
}

/** Replaced as a whole, so that no reader sees a mix of two rings. */
interface SigningRing {
  readonly newest: JwtKey;
  readonly publicKeys: readonly PublicKey[];
}

function ringOf(jwtKeys: readonly JwtKey[]): SigningRing {
  const [newest] = jwtKeys;
  if (newest === undefined) throw new Error('JWT_KEYS holds no key.');
  const publicKeys = jwtKeys.map(({ kid, privateKey }) => ({
    kid,
    key: createPublicKey(privateKey),
  }));
  return { newest, publicKeys };
}
