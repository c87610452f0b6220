import { type KeyObject, webcrypto } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type JWTHeaderParameters, type JWTPayload, SignJWT, jwtVerify } from 'jose';
import { Clock } from '../../contract/clock.js';
import { MfaError } from '../../contract/errors.js';
import { KeyRing } from './key-ring.js';
import { type ChallengeKey } from '../ports/stores.js';

/** Purposes whose challenge the client names by an ephemeral token. */
export type EphemeralPurpose = 'login' | 'step_up';

/** What an ephemeral token says. Only the challenge's row decides what it is worth. */
export interface EphemeralClaims {
  readonly subjectId: string;
  readonly challengeId: string;
  readonly purpose: EphemeralPurpose;
}

const ALGORITHM = 'HS256';
const TYPE = 'mfa-ephemeral+jwt';

/** In UTF-16 units: three times the length of our tokens. */
export const MAX_EPHEMERAL_TOKEN_LENGTH = 1024;

/** Signs and checks the JWTs that name a challenge. */
@Injectable()
export class EphemeralTokens {
  private readonly verificationKeys = new WeakMap<KeyObject, Promise<webcrypto.CryptoKey>>();

  constructor(
    private readonly keys: KeyRing,
    private readonly clock: Clock,
  ) {}

  /** A token that names this challenge and expires with it. */
  sign(challenge: ChallengeKey & { expiresAt: Date }, purpose: EphemeralPurpose): Promise<string> {
    const key = this.keys.newest('ephemeral-token');
    return new SignJWT()
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: key.id })
      .setAudience(audienceOf(purpose))
      .setSubject(challenge.subjectId)
      .setJti(challenge.id)
      .setIssuedAt(this.clock.now())
      .setExpirationTime(challenge.expiresAt)
      .sign(key.secret);
  }

  /**
   * Checks signature, algorithm, type, audience and end [RFC 8725 §3].
   *
   * @throws {MfaError} `invalid_token`, whatever is wrong with the token
   */
  async verify(token: string, purpose: EphemeralPurpose = 'login'): Promise<EphemeralClaims> {
    const payload = await this.payloadOf(token, purpose).catch((cause: unknown) => {
      throw new MfaError('invalid_token', {}, { cause });
    });
    return { subjectId: payload.sub, challengeId: payload.jti, purpose };
  }

  private async payloadOf(token: string, purpose: EphemeralPurpose) {
    if (token.length > MAX_EPHEMERAL_TOKEN_LENGTH) throw new Error('The token is too long.');
    const { payload } = await jwtVerify(token, (header) => this.keyOf(header), {
      algorithms: [ALGORITHM],
      typ: TYPE,
      audience: audienceOf(purpose),
      requiredClaims: ['sub', 'jti', 'exp', 'iat'],
      currentDate: this.clock.now(),
    });
    return namesOf(payload);
  }

  private keyOf(header: JWTHeaderParameters): Promise<webcrypto.CryptoKey> {
    const key = this.keys.find('ephemeral-token', String(header.kid));
    if (key === null) throw new Error('The key is not in the ring.');
    return this.imported(key.secret);
  }

  /** Imports each key once, and not for each token. */
  private imported(secret: KeyObject): Promise<webcrypto.CryptoKey> {
    const known = this.verificationKeys.get(secret) ?? importedForVerification(secret);
    this.verificationKeys.set(secret, known);
    return known;
  }
}

function importedForVerification(secret: KeyObject): Promise<webcrypto.CryptoKey> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  return webcrypto.subtle.importKey('raw', secret.export(), algorithm, false, ['verify']);
}

function audienceOf(purpose: EphemeralPurpose): string {
  return `nestjs-mfa:${purpose}`;
}

function namesOf({ sub, jti }: JWTPayload): { sub: string; jti: string } {
  if (typeof sub !== 'string' || typeof jti !== 'string') throw new Error('sub or jti is missing.');
  return { sub, jti };
}
