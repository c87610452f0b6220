import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import {
  type Actor,
  AuditTrail,
  type ClientInfo,
  Clock,
  FreshProof,
  MfaAccounts,
  MfaError,
  type MfaEvent,
  type MfaEventType,
  transactionOf,
} from '../../mfa/index.js';
import { accountEvent } from '../identity/account-event.js';
import { RefreshTokens } from './refresh-tokens.js';
import { SessionsService } from './sessions.service.js';
import { UsersService } from '../identity/users.service.js';

/** Ends sessions for a signed-in person, each in one transaction with its event. */
@Injectable()
export class SessionEndings {
  constructor(
    private readonly sessions: SessionsService,
    private readonly refreshTokens: RefreshTokens,
    private readonly users: UsersService,
    private readonly accounts: MfaAccounts,
    private readonly freshProof: FreshProof,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /**
   * Ends the session of a refresh token, spent or not, and the step-ups that it had begun [ASVS
   * 7.4.1]. Open logins elsewhere continue, so that the thief of a session cannot end others.
   *
   * @throws {MfaError} `token_not_valid`
   */
  async logout(refreshToken: string, client: ClientInfo): Promise<void> {
    const session = this.refreshTokens.read(refreshToken);
    if (!(await this.sessions.isOpen(session))) return;
    const event = await this.event('logged_out', session.userId, client);
    const logOut = async (manager: EntityManager) => {
      await this.accounts.lock(session.userId, transactionOf(manager));
      const isEnded = await this.sessions.end(session, manager);
      return { result: undefined, events: isEnded ? [event] : [] };
    };
    await this.audit.change(logOut, session.userId, 'unbounded');
  }

  /**
   * Ends one session of a signed-in person.
   *
   * @throws {MfaError} `not_found`, and as {@link FreshProof.require} in a transaction
   */
  async end(actor: Actor, sessionId: string): Promise<void> {
    const { subjectId: userId, client } = actor;
    const event = await this.event('session_ended', userId, client);
    await this.audit.change(async (manager) => {
      await this.authorise(actor, manager);
      const isEnded = await this.sessions.end({ userId, sessionId }, manager);
      if (!isEnded) throw new MfaError('not_found');
      return { result: undefined, events: [event] };
    }, userId);
  }

  /**
   * Ends all sessions of a signed-in person except the present one.
   *
   * @throws {MfaError} as {@link FreshProof.require} in a transaction
   */
  async endOthers(actor: Actor): Promise<void> {
    const { subjectId: userId, sessionId, client } = actor;
    const event = await this.event('sessions_ended', userId, client);
    await this.audit.change(async (manager) => {
      await this.authorise(actor, manager);
      const ended = await this.sessions.endAll(userId, {
        manager,
        ...(sessionId !== null && { except: sessionId }),
      });
      return { result: undefined, events: ended.length > 0 ? [{ ...event, sessionId }] : [] };
    }, userId);
  }

  /** Takes the account's lock, so that of two sessions that end each other only one succeeds. */
  private async authorise(actor: Actor, manager: EntityManager): Promise<void> {
    const transaction = transactionOf(manager);
    await this.accounts.lock(actor.subjectId, transaction);
    await this.freshProof.require(actor, transaction);
  }

  /** @throws {MfaError} `token_not_valid` when the user is gone */
  private async event(type: MfaEventType, userId: string, client: ClientInfo): Promise<MfaEvent> {
    const user = await this.users.findById(userId);
    if (user === null) throw new MfaError('token_not_valid');
    return accountEvent(type, { user, client, at: this.clock.now() });
  }
}
