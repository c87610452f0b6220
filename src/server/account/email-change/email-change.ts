import { Injectable } from '@nestjs/common';
import {
  type Actor,
  addSeconds,
  AuditTrail,
  type ClientInfo,
  Clock,
  constantTimeEqual,
  FreshProof,
  MfaAccounts,
  MfaError,
  normalizeCode,
  SessionAttempts,
  type SignedInAccount,
  transactionOf,
} from '../../../mfa/index.js';
import { ServerConfig } from '../../config/server-config.js';
import { accountEvent } from '../../identity/account-event.js';
import { foldName } from '../../identity/names.js';
import { UserSubject } from '../../identity/user-subject.js';
import { UsersService } from '../../identity/users.service.js';
import { ConfirmationBudget } from '../email/confirmation-budget.js';
import { CHANGE_LINK_SECONDS, VERIFICATION_CODE } from '../email/email-verification-limits.js';
import { CODE_FACTOR } from '../email/email-verification.js';
import { type ChangeKey, EmailChangeRows } from './email-change-rows.js';
import { EmailChangeTokens } from './email-change-tokens.js';

const OWN_ADDRESS = { email: ['This is the address of the account already.'] };

const PASSWORD_BY_MAIL =
  'The password was set by mail: first sign in with it and a second factor, or change it.';

const NO_OWN_ADDRESS = 'This account has no e-mail address of its own.';

/** Gives an account another address, once the person has proven that it is theirs. */
@Injectable()
export class EmailChange {
  constructor(
    private readonly users: UsersService,
    private readonly rows: EmailChangeRows,
    private readonly tokens: EmailChangeTokens,
    private readonly budget: ConfirmationBudget,
    private readonly accounts: MfaAccounts,
    private readonly freshProof: FreshProof,
    private readonly attempts: SessionAttempts,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
    private readonly config: ServerConfig,
  ) {}

  /**
   * Requests the mail to a new address, in the place of any earlier request. Until it is answered the
   * account keeps its address. Whether the new one belongs to somebody else makes no difference here.
   * A retry within the cool-down succeeds and sends nothing: its answer may have been lost.
   *
   * @throws {MfaError} `forbidden` for an account of another first factor than a password of its own, and
   *   while a password that was set by mail stands beside a second factor;
   *   `validation_failed` for the present address; `send_too_soon` or `send_limit`;
   *   `fresh_proof_required`; `token_not_valid` when the user or the session is gone
   */
  async request(actor: Actor, address: string): Promise<void> {
    const { subjectId: userId, sessionId, client } = actor;
    const user = await this.users.findById(userId);
    if (user === null || sessionId === null) throw new MfaError('token_not_valid');
    // Whoever shares such an account could read the mails of all.
    if (user.provider !== null) throw new MfaError('forbidden', { detail: NO_OWN_ADDRESS });
    if (foldName(address) === user.emailKey) {
      throw new MfaError('validation_failed', { errors: OWN_ADDRESS });
    }
    if (await this.rows.isJustAsked({ userId, sessionId, address })) return;
    await this.budget.take({ account: `email-change:${userId}`, address, client });
    await this.audit.change(async (manager) => {
      await this.accounts.lock(userId, transactionOf(manager));
      const account = await this.freshProof.require(actor, transactionOf(manager));
      refuseBesideMailedPassword(account);
      const { version } = account;
      const at = this.clock.now();
      const life = { requestedAt: at, expiresAt: addSeconds(at, this.lifeSeconds) };
      const asked = { userId, sessionId, address, accountVersion: version, ...life };
      const target = await this.rows.begin(asked, manager);
      const event = accountEvent('email_change_requested', { user, client, at });
      return { result: undefined, events: [{ ...event, sessionId, target }] };
    }, userId);
  }

  /**
   * @throws {MfaError} `invalid_token`, also for a token that is spent or replaced, whose session has
   *   ended, or whose address belongs to another account by now
   */
  async confirmByLink(token: string, client: ClientInfo): Promise<void> {
    const key = this.tokens.verify(token);
    // A cheap check before the account's line; the change itself checks again.
    const isOpen = (await this.rows.findOpen(key.userId))?.id === key.changeId;
    if (!isOpen || !(await this.commit(key, client))) throw new MfaError('invalid_token');
  }

  /**
   * A retry after a lost answer succeeds: a changed address stays changed, whatever the code.
   *
   * The session pays for a wrong code. It is the one that has asked for the change.
   *
   * @throws {MfaError} `invalid_code`; `session_locked` after too many; `attempts_exhausted` after too
   *   many for one code; `token_not_valid` when the user is gone
   */
  async confirmByCode(
    code: string,
    { subjectId: userId, sessionId, client }: Actor,
  ): Promise<void> {
    const user = await this.users.findById(userId);
    if (user === null) throw new MfaError('token_not_valid');
    const guess = { subject: new UserSubject(user), sessionId, client, factor: CODE_FACTOR };
    const isConfirmed = await this.attempts.judge(guess, async () => {
      // The attempt is counted and committed before the code is judged.
      const trial = await this.rows.spendAttempt(userId, sessionId);
      if (trial === null) return this.isDoneOrNone(userId, sessionId);
      const key = { userId, changeId: trial.changeId };
      const shown = Buffer.from(trial.tag);
      const tags = this.rows.codeTags(key, normalizeCode(code));
      if (!tags.some((tag) => constantTimeEqual(Buffer.from(tag), shown))) return false;
      // The same code may have been sent twice at once.
      return (await this.commit(key, client)) || this.rows.isDone(userId, sessionId);
    });
    if (!isConfirmed) throw new MfaError('invalid_code');
  }

  private get lifeSeconds(): number {
    const isByCode = this.config.emailVerification === 'code';
    return isByCode ? VERIFICATION_CODE.lifeSeconds : CHANGE_LINK_SECONDS;
  }

  /** @throws {MfaError} `invalid_code` or `attempts_exhausted`, unless the change was just made */
  private async isDoneOrNone(userId: string, sessionId: string | null): Promise<true> {
    if (await this.rows.isDone(userId, sessionId)) return true;
    if (!(await this.rows.isExhausted(userId))) throw new MfaError('invalid_code');
    const detail = 'Too many wrong codes. Please ask for another one.';
    throw new MfaError('attempts_exhausted', { detail });
  }

  /** The event names the old address, which is told of it. */
  private async commit(key: ChangeKey, client: ClientInfo): Promise<boolean> {
    const { userId, changeId: target } = key;
    return this.audit.change(async (manager) => {
      await this.accounts.lock(userId, transactionOf(manager));
      const changed = await this.rows.confirm(key, manager);
      if (changed === null) return { result: false, events: [] };
      const { before: user, sessionId } = changed;
      const event = accountEvent('email_changed', { user, client, at: this.clock.now() });
      return { result: true, events: [{ ...event, sessionId, target }] };
    }, userId);
  }
}

/**
 * A reader of the old mailbox has set the password, and no second factor was proven beside it since: codes that
 * go to that mailbox would become one as soon as the account has another address.
 *
 * @throws {MfaError} `forbidden`
 */
function refuseBesideMailedPassword({ subject, methods }: SignedInAccount): void {
  const isByMail = (subject.firstFactorAddresses ?? []).length > 0;
  if (!isByMail || methods.every(({ isActive }) => !isActive)) return;
  throw new MfaError('forbidden', { detail: PASSWORD_BY_MAIL });
}
