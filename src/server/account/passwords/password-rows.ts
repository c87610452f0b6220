import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { Clock, RandomSource } from '../../../mfa/index.js';
import { type User } from '../../identity/user.entity.js';
import { FormerPasswords } from './former-passwords.js';
import { spendResetLinks } from '../../identity/spend-reset-links.js';

/** The new `credentials_version` ends what was begun with the old password. */
const WITH_NEW_PASSWORD = `
  password_hash = $2, credentials_version = $3`;

const CHANGE = `
  UPDATE users SET ${WITH_NEW_PASSWORD}, password_by_mail = false
  WHERE id = $1 AND credentials_version = $4 AND disabled_at IS NULL AND frozen_at IS NULL`;

const RESET = `
  UPDATE users SET ${WITH_NEW_PASSWORD}, password_by_mail = true, frozen_at = NULL,
    reset_needs_password = false
  WHERE id = $1 AND disabled_at IS NULL AND password_hash IS NOT NULL
    AND (NOT reset_needs_password OR $4::boolean)`;

/** One offer of a password reset. */
export interface ResetOffer {
  readonly userId: string;
  /** The `jti` of its token. */
  readonly resetId: string;
}

/** The user whose password is changed, and the session that changes it, if any. */
export interface PasswordOwner {
  readonly user: User;
  readonly sessionId: string | null;
}

/** The password that a reset sets. */
export interface NewPassword {
  readonly passwordHash: string;
  /** Whether the old password was proven as well. */
  readonly provesOldPassword: boolean;
}

/** Passwords as columns of `users`. Row counts decide. */
@Injectable()
export class PasswordRows {
  constructor(
    private readonly former: FormerPasswords,
    private readonly random: RandomSource,
    private readonly clock: Clock,
  ) {}

  /** Returns the new `credentialsVersion`; null if the password was changed meanwhile. */
  async change(
    { user, sessionId }: PasswordOwner,
    passwordHash: string,
    manager: EntityManager,
  ): Promise<string | null> {
    const version = this.random.rowId();
    await this.former.keep({ userId: user.id, version, sessionId }, manager);
    const values = [user.id, passwordHash, version, user.credentialsVersion];
    if (!(await changed(manager, CHANGE, values))) return null;
    await spendResetLinks(user.id, this.clock.now(), manager);
    return version;
  }

  /**
   * Spends this offer and all others of the user, and unfreezes the user.
   *
   * @returns the new `credentialsVersion`; null if the offer is spent or expired, or asks for the
   *   old password too. Then the caller must roll back its transaction
   */
  async reset(
    { userId, resetId }: ResetOffer,
    { passwordHash, provesOldPassword }: NewPassword,
    manager: EntityManager,
  ): Promise<string | null> {
    const version = this.random.rowId();
    await this.former.keep({ userId, version, sessionId: null }, manager);
    const values = [userId, passwordHash, version, provesOldPassword];
    if (!(await changed(manager, RESET, values))) return null;
    const spent = await spendResetLinks(userId, this.clock.now(), manager);
    return spent.includes(resetId) ? version : null;
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
