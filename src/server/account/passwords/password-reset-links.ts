import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import {
  addSeconds,
  type ClientInfo,
  Clock,
  MfaError,
  networkOf,
  RandomSource,
} from '../../../mfa/index.js';
import { ServerConfig } from '../../config/server-config.js';
import { type ResetOffer } from './password-rows.js';

/**
 * Links that are mailed to one account, for one asker and for all together. They are counted over
 * an hour, or over the life of a link if that is shorter: an owner who is refused because strangers
 * asked before has their links in the mailbox, and these work.
 */
export const RESET_LINK_LIMIT = { perAsker: 3, perAccount: 10, windowSeconds: 3600 } as const;

/** People who sign in through another provider have no password here, and get none. */
const LOCK_USER = `
  SELECT 1 FROM users WHERE id = $1 AND disabled_at IS NULL AND password_hash IS NOT NULL
  FOR NO KEY UPDATE`;

/** The address is the one that the request named: no link goes to one that was replaced meanwhile. */
const LOCK_OWNER = `
  SELECT 1 FROM users
  WHERE id = $1 AND email = $2 AND disabled_at IS NULL AND password_hash IS NOT NULL
  FOR NO KEY UPDATE`;

/** Redates to now what a fast clock has counted; a link keeps the length of its life. */
const REDATE = `
  UPDATE password_reset_links
  SET requested_at = $2::timestamptz, expires_at = $2::timestamptz + (expires_at - requested_at)
  WHERE user_id = $1 AND requested_at > $2 AND spent_at IS NULL`;

/**
 * Links that are void or have no attempts at the old password left do not count: they no longer
 * work, and otherwise a stranger who fills the count could keep an owner out after a freeze.
 */
const ADD = `
  INSERT INTO password_reset_links (user_id, id, asker, requested_at, expires_at)
  SELECT $1::uuid, $2::uuid, $3::text, $4::timestamptz, $5::timestamptz
  FROM (
    SELECT count(*) AS sent, count(*) FILTER (WHERE asker = $3::text) AS own
    FROM password_reset_links WHERE user_id = $1::uuid AND requested_at > $6 AND spent_at IS NULL
      AND password_attempts < $9::int
  ) counted
  WHERE sent < $7::int AND own < $8::int
  RETURNING id`;

/**
 * `perLink` wrong old passwords end a link; after `perAccount` over all links of an account none is
 * judged for the rest of the window, so that more links do not mean more guesses. Only somebody who
 * reads the mailbox, the first factor of a reset, can use them up.
 */
export const RESET_PASSWORD_LIMIT = { perLink: 5, perAccount: 10, windowSeconds: 3600 } as const;

/** Attempts at the old password since a time, over all links, void ones included. */
const COUNT_PASSWORD_ATTEMPTS = `
  SELECT coalesce(sum(password_attempts), 0)::int AS attempts, min(password_attempted_at) AS first
  FROM password_reset_links
  WHERE user_id = $1 AND password_attempted_at > $2 AND password_attempts > 0`;

/** Counts one attempt at the old password, unless the link has none left. */
const SPEND_PASSWORD_ATTEMPT = `
  UPDATE password_reset_links
  SET password_attempts = password_attempts + 1, password_attempted_at = $3
  WHERE user_id = $1 AND id = $2 AND spent_at IS NULL AND expires_at > $3
    AND password_attempts < $4`;

const GIVE_BACK_PASSWORD_ATTEMPT = `
  UPDATE password_reset_links SET password_attempts = password_attempts - 1
  WHERE user_id = $1 AND id = $2 AND password_attempts > 0`;

const FIND_OPEN = `
  SELECT requested_at AS "requestedAt", expires_at AS "expiresAt" FROM password_reset_links
  WHERE user_id = $1 AND id = $2 AND spent_at IS NULL AND expires_at > $3`;

/** A user, and the address that the link is to go to. */
export interface ResetAddressee {
  readonly userId: string;
  readonly address: string;
}

/** The life of a link. */
export interface ResetLinkLife {
  readonly requestedAt: Date;
  readonly expiresAt: Date;
}

/** The links of password resets. Row counts decide. */
@Injectable()
export class PasswordResetLinks {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly random: RandomSource,
    private readonly clock: Clock,
    private readonly config: ServerConfig,
  ) {}

  /** Rejects while the database does not answer. */
  async checkDatabase(): Promise<void> {
    await this.database.query('SELECT 1');
  }

  /**
   * Makes one more link, unless the account or this asker has reached its limit, or the account has
   * another address by now.
   *
   * @param manager of the transaction that records the request
   * @returns null if there is no new link
   */
  async issue(
    { userId, address }: ResetAddressee,
    { ip }: ClientInfo,
    manager: EntityManager,
  ): Promise<ResetOffer | null> {
    // This lock serialises the count, over all servers.
    const users = await manager.query<unknown[]>(LOCK_OWNER, [userId, address]);
    if (users.length === 0) return null;
    const now = this.clock.now();
    await manager.query(REDATE, [userId, now]);
    const resetId = this.random.rowId();
    const lifeSeconds = this.config.passwordResetTokenExpirySeconds;
    const { perAccount, perAsker, windowSeconds } = RESET_LINK_LIMIT;
    const since = addSeconds(now, -Math.min(windowSeconds, lifeSeconds));
    const row = [userId, resetId, networkOf(ip), now, addSeconds(now, lifeSeconds)];
    const limits = [since, perAccount, perAsker, RESET_PASSWORD_LIMIT.perLink];
    const added = await manager.query<unknown[]>(ADD, [...row, ...limits]);
    return added.length === 1 ? { userId, resetId } : null;
  }

  /**
   * Spends one attempt at the old password, if a reset asks for it. The attempt is committed before
   * the password is judged.
   *
   * @throws {MfaError} `invalid_token` if the link has no attempt left, and so is void;
   *   `rate_limited` if the account has none left for now
   */
  async spendPasswordAttempt({ userId, resetId }: ResetOffer): Promise<void> {
    const now = this.clock.now();
    const { perLink, perAccount, windowSeconds } = RESET_PASSWORD_LIMIT;
    await this.database.transaction(async (manager) => {
      // This lock serialises the count, over all links.
      const users = await manager.query<unknown[]>(LOCK_USER, [userId]);
      if (users.length === 0) throw new MfaError('invalid_token');
      const since = addSeconds(now, -windowSeconds);
      const [made] = await manager.query<{ attempts: number; first: Date | null }[]>(
        COUNT_PASSWORD_ATTEMPTS,
        [userId, since],
      );
      if (made !== undefined && made.first !== null && made.attempts >= perAccount) {
        const seconds = (made.first.getTime() - since.getTime()) / 1000;
        throw new MfaError('rate_limited', { retryAfterSeconds: Math.max(1, Math.ceil(seconds)) });
      }
      const key = [userId, resetId, now, perLink];
      const [, spent] = await manager.query<[unknown[], number]>(SPEND_PASSWORD_ATTEMPT, key);
      if (spent !== 1) throw new MfaError('invalid_token');
    });
  }

  /** Gives back an attempt that was counted but not judged wrong. */
  async giveBackPasswordAttempt({ userId, resetId }: ResetOffer): Promise<void> {
    await this.database.query(GIVE_BACK_PASSWORD_ATTEMPT, [userId, resetId]);
  }

  /** Null for a link that is spent, void or expired. */
  async findOpen({ userId, resetId }: ResetOffer): Promise<ResetLinkLife | null> {
    const key = [userId, resetId, this.clock.now()];
    const [life] = await this.database.query<ResetLinkLife[]>(FIND_OPEN, key);
    return life ?? null;
  }
}
