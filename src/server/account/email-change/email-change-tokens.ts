import { Injectable } from '@nestjs/common';
import { MfaError } from '../../../mfa/index.js';
import { SessionJwt, type TokenKind } from '../../sessions/session-jwt.js';
import { type ConfirmationLife } from '../email/email-verification-rows.js';
import { type ChangeKey } from './email-change-rows.js';

const CHANGE_TOKEN: TokenKind = {
  typ: 'email-change+jwt',
  path: '/api/auth/email/change/confirm/',
};

/** The tokens of links that change an address. The JWT only carries data; the change's row decides. */
@Injectable()
export class EmailChangeTokens {
  constructor(private readonly jwt: SessionJwt) {}

  /** The token names the change, which has one address for ever. */
  sign({ userId, changeId: id }: ChangeKey, life: ConfirmationLife): string {
    const { requestedAt: issuedAt, expiresAt } = life;
    return this.jwt.sign(CHANGE_TOKEN, { userId, id, issuedAt, expiresAt });
  }

  /** @throws {MfaError} `invalid_token` */
  verify(token: string): ChangeKey {
    try {
      const { userId, id: changeId } = this.jwt.verify(CHANGE_TOKEN, token);
      return { userId, changeId };
    } catch (cause) {
      throw new MfaError('invalid_token', {}, { cause });
    }
  }
}
