import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock, MfaError, RandomSource } from '../../mfa/index.js';
import { type User } from '../users/user.entity.js';

/** Consecutive wrong old passwords that lock the change of a password, and for how long. */
export const OLD_PASSWORD_LIMIT = { maxFailures: 5, lockSeconds: 900 } as const;

/** Wrong passwords of before that spend the link of a reset. */
export const RESET_PASSWORD_LIMIT = 5;

/** Counts one attempt, unless none is allowed now. */
const SPEND_ATTEMPT = `
  UPDATE users
  SET old_password_failures = old_password_failures + 1,
    old_password_locked_until = CASE
      WHEN (old_password_failures + 1) % $3::int = 0
      THEN $2::timestamptz + make_interval(secs => $4) END
  WHERE id = $1 AND (old_password_locked_until IS NULL OR old_password_locked_until <= $2)
  RETURNING old_password_locked_until AS "lockedUntil"`;

const LOCK_END = `SELECT old_password_locked_until AS "lockedUntil" FROM users WHERE id = $1`;

/** What a new password puts an end to. */
const WITH_NEW_PASSWORD = `
  password_hash = $2, credentials_version = $3, password_reset_id = NULL, password_reset_at = $4,
  old_password_failures = 0, old_password_locked_until = NULL`;

/** Counts one attempt at the password of before, unless none is left. */
const SPEND_RESET_ATTEMPT = `
  UPDATE users SET password_reset_failures = password_reset_failures + 1
  WHERE id = $1 AND password_reset_id = $2 AND password_reset_failures < $3`;

const CHANGE = `
  UPDATE users SET ${WITH_NEW_PASSWORD}, password_by_mail = false
  WHERE id = $1 AND credentials_version = $5 AND disabled_at IS NULL AND frozen_at IS NULL`;

const RESET = `
  UPDATE users SET ${WITH_NEW_PASSWORD}, password_by_mail = true, frozen_at = NULL,
    password_reset_failures = 0, reset_needs_password = false
  WHERE id = $1 AND password_reset_id = $5 AND disabled_at IS NULL
    AND (NOT reset_needs_password OR $6::boolean)`;

/** A repetition finds its own token; what was asked for before a newer one finds that. */
const OFFER_RESET = `
  UPDATE users SET password_reset_id = $2, password_reset_at = $3, password_reset_failures =
    CASE WHEN password_reset_id = $2 THEN password_reset_failures ELSE 0 END
  WHERE id = $1 AND disabled_at IS NULL AND password_hash IS NOT NULL
    AND (password_reset_at IS NULL OR password_reset_at < $3 OR password_reset_id = $2)`;

/** Until when no old password is judged. */
interface AttemptLock {
  readonly lockedUntil: Date | null;
}

/** One offer of a password reset. */
export interface ResetOffer {
  readonly userId: string;
  /** `jti` of its token. */
  readonly resetId: string;
}

/** What a reset puts into the place of the password. */
export interface NewPassword {
  readonly passwordHash: string;
  /** Whether the password of before was proven as well. */
  readonly provesOldPassword: boolean;
}

/** Passwords and what guards them, as columns of `users`; each row count is a decision. */
@Injectable()
export class PasswordRows {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly random: RandomSource,
    private readonly clock: Clock,
  ) {}

  /**
   * Spends one attempt at the old password, committed before it is judged.
   *
   * @returns whether it is the last one before a lock
   * @throws {MfaError} `rate_limited` while attempts are locked
   */
  async spendAttempt(userId: string): Promise<boolean> {
    const now = this.clock.now();
    const { maxFailures, lockSeconds } = OLD_PASSWORD_LIMIT;
    const key = [userId, now, maxFailures, lockSeconds];
    const [[spent]] = await this.database.query<[AttemptLock[], number]>(SPEND_ATTEMPT, key);
    if (spent !== undefined) return spent.lockedUntil !== null;
    const [row] = await this.database.query<AttemptLock[]>(LOCK_END, [userId]);
    const seconds = ((row?.lockedUntil ?? now).getTime() - now.getTime()) / 1000;
    throw new MfaError('rate_limited', { retryAfterSeconds: Math.max(1, Math.ceil(seconds)) });
  }

  /**
   * Spends one attempt at the password of before, which a reset asks for too; committed before it is
   * judged. False: none is left, and the offer is worth nothing.
   */
  async spendResetAttempt({ userId, resetId }: ResetOffer): Promise<boolean> {
    const key = [userId, resetId, RESET_PASSWORD_LIMIT];
    return this.changed(this.database, SPEND_RESET_ATTEMPT, key);
  }

  /** The new `credentialsVersion`; null where the password was changed meanwhile. */
  async change(user: User, passwordHash: string, manager: EntityManager): Promise<string | null> {
    return this.replace(CHANGE, [user.id, passwordHash, user.credentialsVersion], manager);
  }

  /**
   * Spends the offer, and unfreezes the user. False: the offer is spent, a newer one counts, or it
   * takes the password of before too.
   */
  async reset(
    { userId, resetId }: ResetOffer,
    { passwordHash, provesOldPassword }: NewPassword,
    manager: EntityManager,
  ): Promise<boolean> {
    const key = [userId, passwordHash, resetId, provesOldPassword] as const;
    return (await this.replace(RESET, key, manager)) !== null;
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
    [userId, passwordHash, ...conditions]: readonly [string, string, ...(string | boolean)[]],
    manager: EntityManager,
  ): Promise<string | null> {
    const version = this.random.rowId();
    const values = [userId, passwordHash, version, this.clock.now(), ...conditions];
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
