import { Injectable } from '@nestjs/common';
import {
  type Actor,
  AuditTrail,
  Clock,
  MfaAccounts,
  MfaError,
  transactionOf,
} from '../../mfa/index.js';
import { accountEvent } from '../mfa/account-event.js';
import { PasswordRows } from '../passwords/password-rows.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { type User } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';

/** The present password, and the one that shall take its place. */
export interface PasswordPair {
  readonly oldPassword: string;
  readonly newPassword: string;
}

/** Changes the password of whoever is signed in. */
@Injectable()
export class PasswordChange {
  constructor(
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly rows: PasswordRows,
    private readonly sessions: SessionsService,
    private readonly accounts: MfaAccounts,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /**
   * Changes the password; the other sessions and all open challenges end with it.
   *
   * @throws {MfaError} `validation_failed` for a new password that is refused, `invalid_credentials`
   * for a wrong old one, `rate_limited` after too many, `token_not_valid` when the user is gone
   */
  async change(actor: Actor, { oldPassword, newPassword }: PasswordPair): Promise<void> {
    const user = await this.users.findById(actor.subjectId);
    if (user === null) throw new MfaError('token_not_valid');
    this.users.refuseWeakPassword(newPassword, user);
    // Counted and committed first: whoever has stolen the token shall not guess the password by it.
    const locks = await this.rows.spendAttempt(user.id);
    if (!(await this.hasher.verify(oldPassword, user.passwordHash))) {
      throw await this.fail(user, actor, locks);
    }
    // Slow, so it is done before any lock is held.
    await this.commit(user, await this.hasher.hash(newPassword), actor);
  }

  /** Recorded as every wrong proof of somebody who is signed in. */
  private async fail(user: User, { client }: Actor, locks: boolean): Promise<MfaError> {
    const occasion = { user, client, at: this.clock.now() };
    const types = ['second_factor_failed', ...(locks ? ['method_locked' as const] : [])] as const;
    await this.audit.record(
      types.map((type) => ({ ...accountEvent(type, occasion), factor: 'password' })),
    );
    return wrongPassword();
  }

  private async commit(user: User, passwordHash: string, actor: Actor): Promise<void> {
    const { sessionId, client } = actor;
    await this.audit.change(async (manager) => {
      await this.accounts.endChallenges(user.id, transactionOf(manager));
      const version = await this.rows.change(user, passwordHash, manager);
      if (version === null) throw wrongPassword();
      if (sessionId !== null) {
        const session = { userId: user.id, sessionId };
        const isLive = await this.sessions.carryOver(session, version, manager);
        if (!isLive) throw new MfaError('token_not_valid');
      }
      const except = sessionId === null ? {} : { except: sessionId };
      await this.sessions.endAll(user.id, { manager, ...except });
      const event = accountEvent('password_changed', { user, client, at: this.clock.now() });
      return { result: undefined, events: [{ ...event, sessionId }] };
    });
  }
}

function wrongPassword(): MfaError {
  return new MfaError('invalid_credentials', { detail: 'The old password is not right.' });
}
