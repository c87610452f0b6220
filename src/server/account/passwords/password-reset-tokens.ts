import { Injectable } from '@nestjs/common';
import { MfaError } from '../../../mfa/index.js';
import { SessionJwt, type TokenKind } from '../../sessions/session-jwt.js';
import { type ResetLinkLife } from './password-reset-links.js';
import { type ResetOffer } from './password-rows.js';

const RESET_TOKEN: TokenKind = {
  typ: 'password-reset+jwt',
  path: '/api/auth/password/reset/confirm/',
};

/** The tokens that reset a password. The JWT only carries data; the link's row decides. */
@Injectable()
export class PasswordResetTokens {
  constructor(private readonly jwt: SessionJwt) {}

  sign({ userId, resetId }: ResetOffer, life: ResetLinkLife): string {
    const { requestedAt: issuedAt, expiresAt } = life;
    return this.jwt.sign(RESET_TOKEN, { userId, id: resetId, issuedAt, expiresAt });
  }

  /** @throws {MfaError} `invalid_token` */
  verify(token: string): ResetOffer {
    try {
      const { userId, id } = this.jwt.verify(RESET_TOKEN, token);
      return { userId, resetId: id };
    } catch (cause) {
      throw new MfaError('invalid_token', {}, { cause });
    }
  }
}
