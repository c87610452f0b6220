import { Injectable } from '@nestjs/common';
import { acrOf, addSeconds, MfaError, RandomSource } from '../../mfa/index.js';
import { SessionJwt, sessionIdOf, type TokenKind, type VerifiedClaims } from './session-jwt.js';

/** What an access token says about a sign-in. */
export interface AccessFacts {
  readonly userId: string;
  readonly sessionId: string;
  /** What the proofs that count show [RFC 8176 §2]; includes `mfa` when they are of two factors. */
  readonly amr: readonly string[];
  /** When the last proof behind `amr` was given, to the second [OpenID Connect Core §2]. */
  readonly authenticatedAt: Date;
  /** When the remembered device of the sign-in last saw a second factor. Absent: no device was remembered. */
  readonly deviceMfaAt?: Date;
  /** The session's {@link Session.proofId} when the token was made. */
  readonly proofId: string;
}

/** A token and its expiry. */
export interface SignedToken {
  readonly token: string;
  readonly expiresAt: Date;
}

/** Short, because other services cannot see that a token's session has ended. */
export const ACCESS_TOKEN_SECONDS = 300;

/** [RFC 9068 §2.1] */
const ACCESS_TOKEN: TokenKind = { typ: 'at+jwt', path: '/api' };

/**
 * Only our own clients get tokens here, and resource servers need not tell them apart, so they
 * share one id [RFC 9068 §2.2].
 */
const CLIENT_ID = 'first-party';

/** The tokens that open the API [RFC 9068]. */
@Injectable()
export class AccessTokens {
  constructor(
    private readonly jwt: SessionJwt,
    private readonly random: RandomSource,
  ) {}

  sign(facts: AccessFacts, now: Date): SignedToken {
    const { userId, sessionId, amr, authenticatedAt, deviceMfaAt, proofId } = facts;
    const expiresAt = addSeconds(now, ACCESS_TOKEN_SECONDS);
    const token = this.jwt.sign(
      ACCESS_TOKEN,
      { userId, id: this.random.rowId(), issuedAt: now, expiresAt },
      {
        client_id: CLIENT_ID,
        sid: sessionId,
        auth_time: secondsOf(authenticatedAt),
        ...(deviceMfaAt && { device_mfa_time: secondsOf(deviceMfaAt) }),
        amr: [...amr],
        acr: acrOf(amr),
        proof_id: proofId,
      },
    );
    return { token, expiresAt };
  }

  /** @throws {MfaError} `token_not_valid` */
  verify(token: string): AccessFacts {
    return accessFactsOf(this.jwt.verify(ACCESS_TOKEN, token));
  }
}

/** A NumericDate [RFC 7519 §2]. */
function secondsOf(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}

function accessFactsOf(claims: VerifiedClaims): AccessFacts {
  const { auth_time: authTime, amr, proof_id: proofId } = claims.payload;
  if (typeof authTime !== 'number' || !isTexts(amr) || typeof proofId !== 'string') {
    throw new MfaError('token_not_valid');
  }
  const { userId } = claims;
  return {
    userId,
    sessionId: sessionIdOf(claims),
    amr,
    proofId,
    authenticatedAt: new Date(authTime * 1000),
  };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((member) => typeof member === 'string');
}
