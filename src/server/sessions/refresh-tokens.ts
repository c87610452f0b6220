import { Injectable } from '@nestjs/common';
import { type SignedToken } from './access-tokens.js';
import { SessionJwt, sessionIdOf, type TokenKind } from './session-jwt.js';

/** What a refresh token says: which session, and which of its tokens this is. */
export interface RefreshFacts {
  readonly userId: string;
  readonly sessionId: string;
  /** Equal to the session's `refresh_id` while the token is good. */
  readonly refreshId: string;
}

const REFRESH_TOKEN: TokenKind = { typ: 'rt+jwt', path: '/api/auth/token/refresh/' };

/** The tokens that renew a session. The JWT only carries; the row of the session decides. */
@Injectable()
export class RefreshTokens {
  constructor(private readonly jwt: SessionJwt) {}

  async sign(
    { userId, sessionId, refreshId }: RefreshFacts,
    { issuedAt, expiresAt }: { readonly issuedAt: Date; readonly expiresAt: Date },
  ): Promise<SignedToken> {
    const facts = { userId, id: refreshId, issuedAt, expiresAt };
    return { token: await this.jwt.sign(REFRESH_TOKEN, facts, { sid: sessionId }), expiresAt };
  }

  /** @throws {MfaError} `token_not_valid` */
  async verify(token: string): Promise<RefreshFacts> {
    const claims = await this.jwt.verify(REFRESH_TOKEN, token);
    return { userId: claims.userId, sessionId: sessionIdOf(claims), refreshId: claims.id };
  }
}
