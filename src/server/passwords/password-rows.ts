import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock, RandomSource } from '../../mfa/index.js';
import { type User } from '../users/user.entity.js';

/** What a new password puts an end to. */
const WITH_NEW_PASSWORD = `
  password_hash = $2, credentials_version = $3, password_reset_id = NULL, password_reset_at = $4`;

const CHANGE = `
  UPDATE users SET ${WITH_NEW_PASSWORD}, password_by_mail = false
  WHERE id = $1 AND credentials_version = $5 AND disabled_at IS NULL AND frozen_at IS NULL`;

const RESET = `
  UPDATE users SET ${WITH_NEW_PASSWORD}, password_by_mail = true, frozen_at = NULL
  WHERE id = $1 AND password_reset_id = $5 AND disabled_at IS NULL`;

/** A repetition finds its own token; what was asked for before a newer one finds that. */
const OFFER_RESET = `
  UPDATE users SET password_reset_id = $2, password_reset_at = $3
  WHERE id = $1 AND disabled_at IS NULL AND password_hash IS NOT NULL
    AND (password_reset_at IS NULL OR password_reset_at < $3 OR password_reset_id = $2)`;

/** One offer of a password reset. */
export interface ResetOffer {
  readonly userId: string;
  /** `jti` of its token. */
  readonly resetId: string;
}

/** Passwords and what guards them, as columns of `users`; each row count is a decision. */
@Injectable()
export class PasswordRows {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly random: RandomSource,
    private readonly clock: Clock,
  ) {}

  /** The new `credentialsVersion`; null where the password was changed meanwhile. */
  async change(user: User, passwordHash: string, manager: EntityManager): Promise<string | null> {
    return this.replace(CHANGE, [user.id, passwordHash, user.credentialsVersion], manager);
  }

  /** Spends the offer, and unfreezes the user. False: the offer is spent, or a newer one counts. */
  async reset(
    { userId, resetId }: ResetOffer,
    passwordHash: string,
    manager: EntityManager,
  ): Promise<boolean> {
    return (await this.replace(RESET, [userId, passwordHash, resetId], manager)) !== null;
  }

  /**
   * Makes an offer the only one that is good, as often as it is repeated. False: a newer one, or a
   * new password, has come meanwhile, or the user has no password to reset.
   */
  async offerReset({ userId, resetId }: ResetOffer, requestedAt: Date): Promise<boolean> {
    return this.changed(this.database, OFFER_RESET, [userId, resetId, requestedAt]);
  }

  private async replace(
    statement: string,
    [userId, passwordHash, condition]: readonly [string, string, string],
    manager: EntityManager,
  ): Promise<string | null> {
    const version = this.random.rowId();
    const values = [userId, passwordHash, version, this.clock.now(), condition];
    return (await this.changed(manager, statement, values)) ? version : null;
  }

  private async changed(
    database: DataSource | EntityManager,
    statement: string,
    values: unknown[],
  ): Promise<boolean> {
    const [, count] = await database.query<[unknown[], number]>(statement, values);
    return count === 1;
  }
}
