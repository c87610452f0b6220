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

/** A mailbox proves as much as a one-time code of the method `email` [RFC 8176 §2]. */
const MAILBOX_AMR = ['otp'];

/** A reset by the holder of its token. */
export interface ResetRequest {
  readonly newPassword: string;
  /** The old password; absent if it was not given. */
  readonly oldPassword: string | undefined;
  readonly client: ClientInfo;
}

/** Resets forgotten passwords by a mailed link. It does not replace the second factor. */
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

  /** Waits for requests that are answered but not yet recorded, so that a stop does not lose them. */
  async onModuleDestroy(): Promise<void> {
    await this.settled();
  }

  /** Resolves when every answered request is recorded. */
  async settled(): Promise<void> {
    await this.work.settled();
  }

  /**
   * Requests a mailed link for an account's owner; beyond the limit it silently does nothing. It
   * waits only for a sign of life of the database, so the time of the answer does not reveal
   * whether the account exists.
   *
   * @throws {MfaError} `unavailable` when too many requests wait to be recorded, for any address
   */
  async request(email: string, client: ClientInfo): Promise<void> {
    await this.links.checkDatabase();
    await this.work.begin(() => this.record(email, client));
  }

  /**
   * Sets the new password, ends all sessions and open challenges, and continues like a login. An
   * unacceptable new password is refused before the token is spent.
   *
   * @throws {MfaError} `invalid_token`, `validation_failed` or, for a wrong old password,
   *   `invalid_credentials`; `rate_limited` after too many wrong old passwords
   */
  async confirm(token: string, request: ResetRequest): Promise<LoginOutcome> {
    const { newPassword } = request;
    const offer = this.tokens.verify(token);
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

  /** @throws {MfaError} `invalid_token` when the link has ended meanwhile, or asks for the old password by now */
  private async replacePassword(
    offer: ResetOffer,
    user: User,
    { newPassword, client }: ResetRequest,
  ): Promise<void> {
    // Hashing is slow, so it is done before any lock is held.
    const asker = { subject: user.id, ip: client.ip };
    const passwordHash = await this.hasher.hash(newPassword, asker);
    const password = { passwordHash, provesOldPassword: user.resetNeedsPassword };
    await this.commit(offer, user, { password, client });
  }

  /**
   * The attempt is counted and committed first, so that somebody who reads the mailbox cannot guess
   * the password. Unless the password is wrong it is given back, whatever is thrown.
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
    // An unconfirmed address may be somebody else's.
    const { mailAddress: address } = user;
    if (address === null) return;
    await this.audit.change(async (manager) => {
      const offer = await this.links.issue({ userId: user.id, address }, client, manager);
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

  /** A cheap check before any slow work; the change itself checks again. */
  private async isGood(offer: ResetOffer, user: User): Promise<boolean> {
    return mayReset(user) && (await this.links.findOpen(offer)) !== null;
  }

  /** Absent if nobody signs in by a password. */
  private passwordFactor(): ConfiguredFirstFactor | undefined {
    return this.factors.all.find(({ type }) => type === LOCAL);
  }
}

/** People who sign in through another provider have no password here, and get none. */
function mayReset({ isEnabled, passwordHash }: User): boolean {
  return isEnabled === true && typeof passwordHash === 'string';
}
