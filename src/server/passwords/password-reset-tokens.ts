import { Injectable } from '@nestjs/common';
import { addSeconds, Clock, MfaError } from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { SessionJwt, type TokenKind } from '../sessions/session-jwt.js';
import { type ResetOffer } from './password-rows.js';

const RESET_TOKEN: TokenKind = {
  typ: 'password-reset+jwt',
  path: '/api/auth/password/reset/confirm/',
};

/** The tokens that reset a password. The JWT only carries; the row of the user decides. */
@Injectable()
export class PasswordResetTokens {
  constructor(
    private readonly jwt: SessionJwt,
    private readonly config: ServerConfig,
    private readonly clock: Clock,
  ) {}

  async sign({ userId, resetId }: ResetOffer): Promise<string> {
    const issuedAt = this.clock.now();
    const expiresAt = addSeconds(issuedAt, this.config.passwordResetTokenExpirySeconds);
    return this.jwt.sign(RESET_TOKEN, { userId, id: resetId, issuedAt, expiresAt });
  }

  /** @throws {MfaError} `invalid_token` */
  async verify(token: string): Promise<ResetOffer> {
    try {
      const { userId, id } = await this.jwt.verify(RESET_TOKEN, token);
      return { userId, resetId: id };
    } catch (cause) {
      throw new MfaError('invalid_token', {}, { cause });
    }
  }
}
