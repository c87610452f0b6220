import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Clock, MfaError } from '../../mfa/index.js';
import { type AccessFacts, AccessTokens } from './access-tokens.js';

/** Tokens tell `auth_time` to the second. */
const IS_LIVE = `
  SELECT 1 FROM sessions s JOIN users u ON u.id = s.user_id
  WHERE s.user_id = $1 AND s.id = $2
    AND s.ended_at IS NULL AND s.expires_at > $3
    AND floor(extract(epoch FROM s.auth_time)) = $4 AND s.amr = $5::text[]
    AND s.credentials_version = u.credentials_version
    AND u.disabled_at IS NULL AND u.frozen_at IS NULL`;

/** Believes an access token only while its session lives: at our own routes it can be called back. */
@Injectable()
export class LiveAccess {
  constructor(
    private readonly accessTokens: AccessTokens,
    @InjectDataSource() private readonly database: DataSource,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws {MfaError} `token_not_valid`: also for a session that has ended, a user who is disabled,
   * frozen or has another password by now, and a token from before the session's last proof [ASVS 7.2.4]
   */
  async verify(token: string): Promise<AccessFacts> {
    const facts = await this.accessTokens.verify(token);
    const { userId, sessionId, amr, authenticatedAt } = facts;
    const authTime = authenticatedAt.getTime() / 1000;
    const key = [userId, sessionId, this.clock.now(), authTime, amr];
    const rows = await this.database.query<unknown[]>(IS_LIVE, key);
    if (rows.length === 0) throw new MfaError('token_not_valid');
    return facts;
  }
}
