import { Injectable } from '@nestjs/common';
import { MfaError } from '../../../mfa/index.js';
import { SessionJwt, type TokenKind } from '../../sessions/session-jwt.js';
import { type Confirmation, type ConfirmationLife } from './email-verification-rows.js';

const VERIFICATION_TOKEN: TokenKind = {
  typ: 'email-verification+jwt',
  path: '/api/auth/email/verify/',
};

/** The tokens of links that confirm an address. The JWT only carries data; the user's row decides. */
@Injectable()
export class EmailVerificationTokens {
  constructor(private readonly jwt: SessionJwt) {}

  /**
   * The token names its address and confirms no other.
   *
   * @param id `jti`
   */
  sign(
    { userId, address }: Confirmation,
    id: string,
    { requestedAt: issuedAt, expiresAt }: ConfirmationLife,
  ): string {
    const facts = { userId, id, issuedAt, expiresAt };
    return this.jwt.sign(VERIFICATION_TOKEN, facts, { email: address });
  }

  /** @throws {MfaError} `invalid_token` */
  verify(token: string): Confirmation {
    try {
      const { userId, payload } = this.jwt.verify(VERIFICATION_TOKEN, token);
      const { email } = payload;
      if (typeof email !== 'string') throw new TypeError('email is a text.');
      return { userId, address: email };
    } catch (cause) {
      throw new MfaError('invalid_token', {}, { cause });
    }
  }
}
