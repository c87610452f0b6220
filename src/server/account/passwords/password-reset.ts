import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import {
  AuditTrail,
  type ClientInfo,
  Clock,
  type LoginOutcome,
  LoginService,
  MfaAccounts,
  MfaError,
  transactionOf,
  UnjudgedAttempts,
} from '../../../mfa/index.js';
import { BackgroundWork } from '../../identity/background-work.js';
import { accountEvent } from '../../identity/account-event.js';
import { UserSubject } from '../../identity/user-subject.js';
import { PasswordResetLinks } from './password-reset-links.js';
import { PasswordResetTokens } from './password-reset-tokens.js';
import { type NewPassword, PasswordRows, type ResetOffer } from './password-rows.js';
import { SessionsService } from '../../sessions/sessions.service.js';
import { PasswordHasher } from '../../identity/password-hasher.js';
import { refuseWeakPassword } from '../../identity/password-rules.js';
import { type User } from '../../identity/user.entity.js';
import { UsersService } from '../../identity/users.service.js';
import {
  type ConfiguredFirstFactor,
  FirstFactors,
  sessionProviderOf,
} from '../../sign-in/first-factors.js';
import { LOCAL } from '../../identity/local.type.js';
import { LoginFailureLog } from '../../sign-in/login-failure-log.js';

/** What a mailbox proves: a one-time code, as of the method `email` [RFC 8176 §2]. */
const MAILBOX_AMR = ['otp'];

/** What somebody who has the token of a reset asks for. */
export interface ResetRequest {
  readonly newPassword: string;
  /** The password of before; absent: it was not given. */
  readonly oldPassword: string | undefined;
  readonly client: ClientInfo;
}

/** Resets forgotten passwords by a link in a mail. A second factor is asked for all the same. */
@Injectable()
export class PasswordReset implements OnModuleDestroy {
  private readonly unjudged = new UnjudgedAttempts();
  private readonly work = new BackgroundWork('A reset', new Logger(PasswordReset.name));

  constructor(
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly rows: PasswordRows,
    private readonly links: PasswordResetLinks,
    private readonly tokens: PasswordResetTokens,
    private readonly sessions: SessionsService,
    private readonly factors: FirstFactors,
    private readonly logins: LoginService,
    private readonly accounts: MfaAccounts,
    private readonly failures: LoginFailureLog,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /** Requests that were answered, and are not yet recorded, are not lost by a stop. */
  async onModuleDestroy(): Promise<void> {
    await this.settled();
  }

  /** Resolves when every request that was answered is recorded. */
  async settled(): Promise<void> {
    await this.work.settled();
  }

  /**
   * Has a link mailed to an account's owner; beyond their number none is, without a word. Only a sign
   * of the database is waited for, which is the same for every address: how long the answer takes
   * tells nothing.
   *
   * @throws {MfaError} `unavailable` where too many requests wait to be recorded, whatever the address
   */
  async request(email: string, client: ClientInfo): Promise<void> {
    await this.links.checkDatabase();
    await this.work.begin(() => this.record(email, client));
  }

  /**
   * Sets the new password, ends all sessions and open challenges, and goes on as a login does. What
   * is wrong with the new password is said before the token is spent.
   *
   * @throws {MfaError} `invalid_token`, `validation_failed` or, for a wrong password of before,
   * `invalid_credentials`; `rate_limited` after too many of these
   */
  async confirm(token: string, request: ResetRequest): Promise<LoginOutcome> {
    const { newPassword } = request;
    const offer = await this.tokens.verify(token);
    const factor = this.passwordFactor();
    const user = await this.users.findById(offer.userId);
    if (factor === undefined || user === null || !(await this.isGood(offer, user))) {
      throw new MfaError('invalid_token');
    }
    refuseWeakPassword(newPassword, user, 'new_password');
    if (user.resetNeedsPassword) await this.replaceProvenPassword(offer, user, request);
    else await this.replacePassword(offer, user, request);
    const renewed = await this.users.findById(user.id);
    if (renewed === null) throw new MfaError('invalid_token');
    const first = { subject: new UserSubject(renewed), amr: MAILBOX_AMR };
    const { supportsMfa } = factor.factor;
    return this.logins.begin(
      { ...first, provider: sessionProviderOf(factor), supportsMfa },
      request.client,
    );
  }

  /** @throws {MfaError} `invalid_token` where the link has ended meanwhile, or takes the password of before */
  private async replacePassword(
    offer: ResetOffer,
    user: User,
    { newPassword, client }: ResetRequest,
  ): Promise<void> {
    // Slow, so it is done before any lock is held.
    const asker = { subject: user.id, ip: client.ip };
    const passwordHash = await this.hasher.hash(newPassword, asker);
    const password = { passwordHash, provesOldPassword: user.resetNeedsPassword };
    await this.commit(offer, user, { password, client });
  }

  /**
   * The attempt is counted and committed first: whoever reads the mailbox shall not guess the password
   * by it. It is given back unless the password is wrong, whatever is thrown.
   */
  private async replaceProvenPassword(
    offer: ResetOffer,
    user: User,
    request: ResetRequest,
  ): Promise<void> {
    const { oldPassword, client } = request;
    if (oldPassword === undefined) {
      throw new MfaError('validation_failed', {
        errors: { old_password: ['This field is required.'] },
      });
    }
    await this.links.spendPasswordAttempt(offer);
    const giveBack = () => this.links.giveBackPasswordAttempt(offer);
    await this.unjudged.giveBackAfter(giveBack, async (settle) => {
      const asker = { subject: user.id, ip: client.ip };
      if (!(await this.hasher.verify(oldPassword, user.passwordHash, asker))) {
        settle();
        await this.refuseOldPassword(user, client);
      }
      await this.replacePassword(offer, user, request);
      settle();
    });
  }

  private async refuseOldPassword(user: User, client: ClientInfo): Promise<never> {
    await this.failures.note({ user, client, at: this.clock.now() });
    throw new MfaError('invalid_credentials', { detail: 'The old password is not right.' });
  }

  private async record(email: string, client: ClientInfo): Promise<void> {
    const user = await this.users.findByEmail(email);
    if (user === null || !mayReset(user) || this.passwordFactor() === undefined) return;
    // An address that nobody has confirmed may be somebody else's.
    if (user.mailAddress === null) return;
    await this.audit.change(async (manager) => {
      const offer = await this.links.issue(user.id, client, manager);
      if (offer === null) return { result: undefined, events: [] };
      const event = accountEvent('password_reset_requested', {
        user,
        client,
        at: this.clock.now(),
      });
      return { result: undefined, events: [{ ...event, target: offer.resetId }] };
    });
  }

  private async commit(
    offer: ResetOffer,
    user: User,
    { password, client }: { readonly password: NewPassword; readonly client: ClientInfo },
  ): Promise<void> {
    await this.audit.change(async (manager) => {
      await this.accounts.endChallenges(user.id, transactionOf(manager));
      const version = await this.rows.reset(offer, password, manager);
      if (version === null) throw new MfaError('invalid_token');
      await this.sessions.endAll(user.id, { manager });
      const event = accountEvent('password_reset', { user, client, at: this.clock.now() });
      return { result: undefined, events: [{ ...event, target: version }] };
    }, user.id);
  }

  /** Looked at before any slow work; what counts is looked at again with the change. */
  private async isGood(offer: ResetOffer, user: User): Promise<boolean> {
    return mayReset(user) && (await this.links.findOpen(offer)) !== null;
  }

  /** Absent where nobody signs in by a password. */
  private passwordFactor(): ConfiguredFirstFactor | undefined {
    return this.factors.all.find(({ type }) => type === LOCAL);
  }
}

/** Who signs in by another's word has no password here, and gets none. */
function mayReset({ isEnabled, passwordHash }: User): boolean {
  return isEnabled === true && typeof passwordHash === 'string';
}
