import { Injectable } from '@nestjs/common';
import {
  type Actor,
  AuditTrail,
  Clock,
  FreshProof,
  MfaAccounts,
  MfaError,
  SessionAttempts,
  transactionOf,
} from '../../../mfa/index.js';
import { accountEvent } from '../../identity/account-event.js';
import { UserSubject } from '../../identity/user-subject.js';
import { FormerPasswords } from './former-passwords.js';
import { PasswordRows } from './password-rows.js';
import { SessionsService } from '../../sessions/sessions.service.js';
import { PasswordHasher } from '../../identity/password-hasher.js';
import { refuseWeakPassword } from '../../identity/password-rules.js';
import { type User } from '../../identity/user.entity.js';
import { UsersService } from '../../identity/users.service.js';

/** The present password, and the new one. */
export interface PasswordPair {
  readonly oldPassword: string;
  readonly newPassword: string;
}

/** Changes the password of a signed-in person. */
@Injectable()
export class PasswordChange {
  constructor(
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly rows: PasswordRows,
    private readonly former: FormerPasswords,
    private readonly sessions: SessionsService,
    private readonly accounts: MfaAccounts,
    private readonly freshProof: FreshProof,
    private readonly attempts: SessionAttempts,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /**
   * Changes the password and ends the other sessions and all open challenges. A retry of the same
   * change by this session succeeds without changing anything: its answer may have been lost.
   *
   * @throws {MfaError} `validation_failed` for a new password that is refused,
   *   `invalid_credentials` for a wrong old one, `session_locked` after too many, `token_not_valid`
   *   when the user is gone
   */
  async change(actor: Actor, { oldPassword, newPassword }: PasswordPair): Promise<void> {
    const user = await this.users.findById(actor.subjectId);
    if (user === null) throw new MfaError('token_not_valid');
    refuseWeakPassword(newPassword, user, 'new_password');
    const { sessionId, client } = actor;
    const guess = { subject: new UserSubject(user), sessionId, client, factor: 'password' };
    const asker = { subject: user.id, ip: client.ip };
    // The session pays, so that the thief of a token cannot guess the password.
    let isDone = false;
    const isRight = await this.attempts.judge(guess, async () => {
      if (await this.hasher.verify(oldPassword, user.passwordHash, asker)) return true;
      isDone = await this.isDone({ oldPassword, newPassword }, user, actor);
      return isDone;
    });
    if (!isRight) throw wrongPassword();
    if (isDone) return;
    // Hashing is slow, so it is done before any lock is held.
    await this.commit(user, await this.hasher.hash(newPassword, asker), actor);
  }

  /** Whether this session has already made this change. The caller must know both passwords to learn it. */
  private async isDone(
    { oldPassword, newPassword }: PasswordPair,
    user: User,
    { sessionId, client }: Actor,
  ): Promise<boolean> {
    const former = sessionId === null ? null : await this.former.replacedIn(user.id, sessionId);
    if (former === null) return false;
    const asker = { subject: user.id, ip: client.ip };
    return (
      (await this.hasher.verify(oldPassword, former, asker)) &&
      (await this.hasher.verify(newPassword, user.passwordHash, asker))
    );
  }

  private async commit(user: User, passwordHash: string, actor: Actor): Promise<void> {
    const { sessionId, client } = actor;
    await this.audit.change(async (manager) => {
      await this.accounts.endChallenges(user.id, transactionOf(manager));
      await this.freshProof.require(actor, transactionOf(manager));
      const version = await this.rows.change({ user, sessionId }, passwordHash, manager);
      if (version === null) throw wrongPassword();
      if (sessionId !== null) {
        const session = { userId: user.id, sessionId };
        const isLive = await this.sessions.carryOver(session, version, manager);
        if (!isLive) throw new MfaError('token_not_valid');
      }
      const except = sessionId === null ? {} : { except: sessionId };
      await this.sessions.endAll(user.id, { manager, ...except });
      const event = accountEvent('password_changed', { user, client, at: this.clock.now() });
      return { result: undefined, events: [{ ...event, sessionId, target: version }] };
    }, user.id);
  }
}

function wrongPassword(): MfaError {
  return new MfaError('invalid_credentials', { detail: 'The old password is not right.' });
}
