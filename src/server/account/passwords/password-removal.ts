import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type Actor, MfaAccounts, MfaError, transactionOf } from '../../../mfa/index.js';
import { type User } from '../../identity/user.entity.js';
import { UsersService } from '../../identity/users.service.js';
import { PasswordReplacement } from './password-replacement.js';
import { PasswordRows } from './password-rows.js';

/** One may be lost, and the account must not be lost with it. */
const LEAST_PASSKEYS = 2;

/** Removes the password of a signed-in person who has passkeys. */
@Injectable()
export class PasswordRemoval {
  constructor(
    private readonly users: UsersService,
    private readonly rows: PasswordRows,
    private readonly accounts: MfaAccounts,
    private readonly replacement: PasswordReplacement,
  ) {}

  /**
   * Removes the password and ends the other sessions and all open challenges. A user without a password
   * keeps none.
   *
   * @throws {MfaError} `passkeys_required`; `token_not_valid` when the user is gone; `unavailable` when the
   *   password was changed meanwhile
   */
  async remove(actor: Actor): Promise<void> {
    const user = await this.users.findById(actor.subjectId);
    if (user === null) throw new MfaError('token_not_valid');
    if (user.passwordHash === null) return;
    await this.replacement.commit(actor, {
      user,
      type: 'password_removed',
      write: (manager) => this.write(user, actor, manager),
      refusal: () => new MfaError('unavailable'),
    });
  }

  private async write(
    user: User,
    { sessionId }: Actor,
    manager: EntityManager,
  ): Promise<string | null> {
    const passkeys = await this.accounts.countPasskeys(user.id, transactionOf(manager));
    if (passkeys < LEAST_PASSKEYS) throw new MfaError('passkeys_required');
    return this.rows.remove({ user, sessionId }, manager);
  }
}
