import { type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { errors, type JWTHeaderParameters, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { Clock, MfaError } from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { SigningKeys } from './signing-keys.js';

/** UTF-16 units: several times the length of our tokens. */
export const MAX_SESSION_TOKEN_LENGTH = 4096;

/** A kind of token: each is accepted in one place only [RFC 8725 §3.11, §3.12]. */
export interface TokenKind {
  /** The header's media type, without `application/`. */
  readonly typ: string;
  /** The path where the token is accepted; `aud` is the public URL with it. */
  readonly path: string;
}

/** The claims common to all our tokens. */
export interface TokenFacts {
  readonly userId: string;
  /** `jti`. */
  readonly id: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** Signs and verifies the JWTs of this server, whatever their kind. */
@Injectable()
export class SessionJwt {
  constructor(
    private readonly keys: SigningKeys,
    private readonly config: ServerConfig,
    private readonly clock: Clock,
  ) {}

  async sign(kind: TokenKind, facts: TokenFacts, claims: JWTPayload = {}): Promise<string> {
    const { kid, privateKey } = this.keys.newest;
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ: kind.typ, kid })
      .setIssuer(this.config.publicUrl)
      .setAudience(this.audienceOf(kind))
      .setSubject(facts.userId)
      .setJti(facts.id)
      .setIssuedAt(facts.issuedAt)
      .setExpirationTime(facts.expiresAt)
      .sign(privateKey);
  }

  /**
   * The claims of a token of this kind. Keys in the token (`jwk`, `jku`, `x5u`) are ignored: `kid`
   * must name one of ours.
   *
   * @throws {MfaError} `token_not_valid` for every error
   */
  async verify(kind: TokenKind, token: string): Promise<VerifiedClaims> {
    if (token.length > MAX_SESSION_TOKEN_LENGTH) throw new MfaError('token_not_valid');
    try {
      const { payload } = await jwtVerify(
        token,
        (header: JWTHeaderParameters) => this.keyNamed(header.kid),
        {
          algorithms: ['ES256'],
          typ: kind.typ,
          issuer: this.config.publicUrl,
          audience: this.audienceOf(kind),
          currentDate: this.clock.now(),
          requiredClaims: ['sub', 'jti', 'iat', 'exp'],
        },
      );
      return verifiedClaimsOf(payload);
    } catch (cause) {
      throw new MfaError('token_not_valid', {}, { cause });
    }
  }

  private keyNamed(kid: string | undefined): KeyObject {
    const key = this.keys.find(kid);
    if (key === undefined) throw new errors.JWKSNoMatchingKey();
    return key;
  }

  private audienceOf(kind: TokenKind): string {
    return `${this.config.publicUrl}${kind.path}`;
  }
}

/** A payload whose common claims are present and of the right type. */
export interface VerifiedClaims {
  readonly userId: string;
  readonly id: string;
  /** All claims, including those of the kind. */
  readonly payload: JWTPayload;
}

function verifiedClaimsOf(payload: JWTPayload): VerifiedClaims {
  const { sub, jti } = payload;
  if (typeof sub !== 'string' || typeof jti !== 'string') {
    throw new errors.JWTInvalid('sub and jti are texts.');
  }
  return { userId: sub, id: jti, payload };
}

/** The session that a token belongs to. @throws {MfaError} `token_not_valid` when it names none */
export function sessionIdOf({ payload: { sid } }: VerifiedClaims): string {
  if (typeof sid !== 'string') throw new MfaError('token_not_valid');
  return sid;
}
