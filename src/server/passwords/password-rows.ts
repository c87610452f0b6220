import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock, MfaError, RandomSource } from '../../mfa/index.js';
import { type User } from '../users/user.entity.js';
import { spendResetLinks } from './spend-reset-links.js';

/** Consecutive wrong old passwords that lock the change of a password, and for how long. */
export const OLD_PASSWORD_LIMIT = { maxFailures: 5, lockSeconds: 900 } as const;

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
  password_hash = $2, credentials_version = $3,
  old_password_failures = 0, old_password_locked_until = NULL`;

const CHANGE = `
  UPDATE users SET ${WITH_NEW_PASSWORD}, password_by_mail = false
  WHERE id = $1 AND credentials_version = $4 AND disabled_at IS NULL AND frozen_at IS NULL`;

const RESET = `
  UPDATE users SET ${WITH_NEW_PASSWORD}, password_by_mail = true, frozen_at = NULL
  WHERE id = $1 AND disabled_at IS NULL AND password_hash IS NOT NULL`;

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

  /** The new `credentialsVersion`; null where the password was changed meanwhile. */
  async change(user: User, passwordHash: string, manager: EntityManager): Promise<string | null> {
    const version = this.random.rowId();
    const values = [user.id, passwordHash, version, user.credentialsVersion];
    if (!(await changed(manager, CHANGE, values))) return null;
    await spendResetLinks(user.id, this.clock.now(), manager);
    return version;
  }

  /**
   * Spends the offer and every other one of the user, and unfreezes the user. False: it was spent or
   * is over, and the caller's transaction is to be undone.
   */
  async reset(
    { userId, resetId }: ResetOffer,
    passwordHash: string,
    manager: EntityManager,
  ): Promise<boolean> {
    if (!(await changed(manager, RESET, [userId, passwordHash, this.random.rowId()]))) return false;
    return (await spendResetLinks(userId, this.clock.now(), manager)).includes(resetId);
  }
}

async function changed(
  manager: EntityManager,
  statement: string,
  values: unknown[],
): Promise<boolean> {
  const [, count] = await manager.query<[unknown[], number]>(statement, values);
  return count === 1;
}
