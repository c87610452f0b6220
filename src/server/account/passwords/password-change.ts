import { Injectable } from '@nestjs/common';
import { type Actor, type Asker, MfaError, SessionAttempts } from '../../../mfa/index.js';
import { UserSubject } from '../../identity/user-subject.js';
import { FormerPasswords } from './former-passwords.js';
import { PasswordReplacement } from './password-replacement.js';
import { PasswordRows } from './password-rows.js';
import { PasswordHasher } from '../../identity/password-hasher.js';
import { refuseWeakPassword } from '../../identity/password-rules.js';
import { type User } from '../../identity/user.entity.js';
import { UsersService } from '../../identity/users.service.js';

/** The present password, and the new one. */
export interface PasswordPair {
  readonly oldPassword: string;
  readonly newPassword: string;
}

const HAS_PASSWORD = 'This account has a password, or signs in elsewhere.';

/** Changes the password of a signed-in person. */
@Injectable()
export class PasswordChange {
  constructor(
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly rows: PasswordRows,
    private readonly former: FormerPasswords,
    private readonly replacement: PasswordReplacement,
    private readonly attempts: SessionAttempts,
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
    const asker = askerOf(user, actor);
    // The session pays, so that the thief of a token cannot guess the password.
    let isDone = false;
    const isRight = await this.attempts.judge(guess, async () => {
      if (await this.hasher.verify(oldPassword, user.passwordHash, asker)) return true;
      isDone = await this.isDone({ oldPassword, newPassword }, user, actor);
      return isDone;
    });
    if (!isRight) throw wrongPassword();
    if (isDone) return;
    await this.replace(user, newPassword, actor);
  }

  /**
   * Gives a user without a password one, by the fresh proof alone. The other sessions and all open challenges
   * end.
   *
   * @throws {MfaError} `validation_failed` for a password that is refused, `forbidden` where there is one,
   *   `token_not_valid` when the user is gone
   */
  async set(actor: Actor, newPassword: string): Promise<void> {
    const user = await this.users.findById(actor.subjectId);
    if (user === null) throw new MfaError('token_not_valid');
    if (!user.hasPasskeysAlone) throw new MfaError('forbidden', { detail: HAS_PASSWORD });
    refuseWeakPassword(newPassword, user, 'new_password');
    await this.replace(user, newPassword, actor);
  }

  /** Hashing is slow, so it is done before any lock is held. */
  private async replace(user: User, newPassword: string, actor: Actor): Promise<void> {
    const passwordHash = await this.hasher.hash(newPassword, askerOf(user, actor));
    const owner = { user, sessionId: actor.sessionId };
    await this.replacement.commit(actor, {
      user,
      type: 'password_changed',
      write: (manager) => this.rows.change(owner, passwordHash, manager),
      refusal: wrongPassword,
    });
  }

  /** Whether this session has already made this change. The caller must know both passwords to learn it. */
  private async isDone(
    { oldPassword, newPassword }: PasswordPair,
    user: User,
    actor: Actor,
  ): Promise<boolean> {
    const { sessionId } = actor;
    const former = sessionId === null ? null : await this.former.replacedIn(user.id, sessionId);
    if (former === null) return false;
    const asker = askerOf(user, actor);
    return (
      (await this.hasher.verify(oldPassword, former, asker)) &&
      (await this.hasher.verify(newPassword, user.passwordHash, asker))
    );
  }
}

function askerOf({ id: subject }: User, { client: { ip } }: Actor): Asker {
  return { subject, ip };
}

function wrongPassword(): MfaError {
  return new MfaError('invalid_credentials', { detail: 'The old password is not right.' });
}
