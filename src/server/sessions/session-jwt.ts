import { Injectable } from '@nestjs/common';
import { Clock, JwtKind, MfaError } from '../../mfa/index.js';
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

/** A payload whose common claims are present and of the right type. */
export interface VerifiedClaims {
  readonly userId: string;
  readonly id: string;
  /** All claims, including those of the kind. */
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Signs and verifies the JWTs of this server, whatever their kind. */
@Injectable()
export class SessionJwt {
  constructor(
    private readonly keys: SigningKeys,
    private readonly config: ServerConfig,
    private readonly clock: Clock,
  ) {}

  sign(kind: TokenKind, facts: TokenFacts, claims: Readonly<Record<string, unknown>> = {}): string {
    const { kid, privateKey: key } = this.keys.newest;
    const { userId: sub, id: jti, issuedAt, expiresAt } = facts;
    return this.jwtsOf(kind).sign({ kid, key }, { sub, jti, issuedAt, expiresAt }, claims);
  }

  /**
   * The claims of a token of this kind, signed by one of our keys.
   *
   * @throws {MfaError} `token_not_valid` for every error
   */
  verify(kind: TokenKind, token: string): VerifiedClaims {
    try {
      const jwts = this.jwtsOf(kind);
      const { sub, jti, claims } = jwts.verify(token, this.keys.publicKeys, this.clock.now());
      return { userId: sub, id: jti, payload: claims };
    } catch (cause) {
      throw new MfaError('token_not_valid', {}, { cause });
    }
  }

  private jwtsOf({ typ, path }: TokenKind): JwtKind {
    const { publicUrl } = this.config;
    return new JwtKind({
      alg: 'ES256',
      typ,
      iss: publicUrl,
      aud: `${publicUrl}${path}`,
      maxLength: MAX_SESSION_TOKEN_LENGTH,
    });
  }
}

/** The session that a token belongs to. @throws {MfaError} `token_not_valid` when it names none */
export function sessionIdOf({ payload: { sid } }: VerifiedClaims): string {
  if (typeof sid !== 'string') throw new MfaError('token_not_valid');
  return sid;
}
