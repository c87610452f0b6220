import { Injectable } from '@nestjs/common';
import {
  type Actor,
  AuditTrail,
  type ClientInfo,
  Clock,
  constantTimeEqual,
  MfaError,
  normalizeCode,
  SessionAttempts,
} from '../../../mfa/index.js';
import { accountEvent } from '../../identity/account-event.js';
import { UserSubject } from '../../identity/user-subject.js';
import { User } from '../../identity/user.entity.js';
import { EMAIL_TAKEN } from '../../identity/taken-names.js';
import { type Registration, UsersService } from '../../identity/users.service.js';
import { ConfirmationBudget } from './confirmation-budget.js';
import { type Confirmation, EmailVerificationRows } from './email-verification-rows.js';
import { EmailVerificationTokens } from './email-verification-tokens.js';

/** The factor name under which wrong codes are counted and reported. */
export const CODE_FACTOR = 'email_verification';

/** Lets people prove that an address is theirs, by a link or a code that is mailed to it. */
@Injectable()
export class EmailVerification {
  constructor(
    private readonly users: UsersService,
    private readonly rows: EmailVerificationRows,
    private readonly tokens: EmailVerificationTokens,
    private readonly budget: ConfirmationBudget,
    private readonly attempts: SessionAttempts,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /**
   * Opens an account, and requests the mail to its address in the same commit. If the network has
   * reached its limit of mails, the account is opened without a mail; its owner can ask for one
   * later.
   *
   * @throws {MfaError} `validation_failed` when a name is taken or the password is refused
   */
  async register(
    registration: Registration,
    language: string | null,
    client: ClientInfo,
  ): Promise<User> {
    const user = await this.users.prepare(registration, language, client.ip);
    const now = this.clock.now();
    // Before the transaction, because it needs a connection of its own.
    const allowed = await this.budget.takeOfNetwork(client);
    await this.audit.change(async (manager) => {
      if (await this.rows.isConfirmed(registration.email, manager)) {
        throw new MfaError('validation_failed', { errors: EMAIL_TAKEN });
      }
      await this.users.add(user, manager);
      const event = accountEvent('email_verification_requested', { user, client, at: now });
      return { result: undefined, events: allowed ? [event] : [] };
    });
    return user;
  }

  /**
   * Requests another mail. False if the address is already confirmed.
   *
   * @throws {MfaError} `send_too_soon` or `send_limit`; `validation_failed` without an address;
   *   `token_not_valid` when the user is gone
   */
  async request({ subjectId: userId, client }: Actor): Promise<boolean> {
    const user = await this.users.findById(userId);
    if (user === null) throw new MfaError('token_not_valid');
    if (user.email === null) throw new MfaError('validation_failed', { errors: NO_ADDRESS });
    if (user.emailVerifiedAt !== null) return false;
    const account = `email-verification:${user.id}`;
    await this.budget.take({ account, address: user.email, client });
    const at = this.clock.now();
    await this.audit.record([accountEvent('email_verification_requested', { user, client, at })]);
    return true;
  }

  /**
   * @throws {MfaError} `invalid_token`, also for a token that is spent, or whose address belongs to
   *   another account by now
   */
  async confirmByLink(token: string, client: ClientInfo): Promise<void> {
    const confirmation = this.tokens.verify(token);
    if (!(await this.commit(confirmation, client))) throw new MfaError('invalid_token');
  }

  /**
   * A retry after a lost answer succeeds: a confirmed address stays confirmed, whatever the code.
   *
   * The session pays for a wrong code, so the thief of a session cannot use up the owner's code.
   *
   * @throws {MfaError} `invalid_code`; `session_locked` after too many; `attempts_exhausted` after
   *   too many over all sessions, until another code is sent; `token_not_valid` when the user is
   *   gone
   */
  async confirmByCode(
    code: string,
    { subjectId: userId, sessionId, client }: Actor,
  ): Promise<void> {
    const user = await this.users.findById(userId);
    if (user === null) throw new MfaError('token_not_valid');
    if (user.emailVerifiedAt !== null) return;
    const guess = { subject: new UserSubject(user), sessionId, client, factor: CODE_FACTOR };
    const isConfirmed = await this.attempts.judge(guess, async () => {
      // The attempt is counted and committed before the code is judged.
      const trial = await this.rows.spendAttempt(user.id);
      if (trial === null) throw await this.whyNone(user.id);
      const tags = this.rows.codeTags(user.id, trial.address, normalizeCode(code));
      const shown = Buffer.from(trial.tag);
      const isRight = tags.some((tag) => constantTimeEqual(Buffer.from(tag), shown));
      const typed = { tag: trial.tag, sessionId };
      const confirmation = { userId: user.id, address: trial.address, code: typed };
      return isRight && (await this.commit(confirmation, client));
    });
    if (!isConfirmed) throw new MfaError('invalid_code');
  }

  private async whyNone(userId: string): Promise<MfaError> {
    const isExhausted = await this.rows.isExhausted(userId);
    if (!isExhausted) return new MfaError('invalid_code');
    const detail = 'Too many wrong codes. Please ask for another one.';
    return new MfaError('attempts_exhausted', { detail });
  }

  private async commit(confirmation: Confirmation, client: ClientInfo): Promise<boolean> {
    return this.audit.change(async (manager) => {
      const isConfirmed = await this.rows.confirm(confirmation, manager);
      const user = await manager.findOneBy(User, { id: confirmation.userId });
      if (!isConfirmed || user === null) return { result: false, events: [] };
      const event = accountEvent('email_verified', { user, client, at: this.clock.now() });
      return { result: true, events: [event] };
    }, confirmation.userId);
  }
}

const NO_ADDRESS = { email: ['This account has no e-mail address.'] };
