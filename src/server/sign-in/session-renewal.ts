import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import {
  AuditTrail,
  type ClientInfo,
  Clock,
  clientOf,
  MfaAccounts,
  MfaError,
  transactionOf,
} from '../../mfa/index.js';
import { accountEvent } from '../identity/account-event.js';
import { acceptedLanguage } from '../texts/languages.js';
import { RefreshChain, type RenewableSession } from '../sessions/refresh-chain.js';
import { type RefreshFacts, RefreshTokens } from '../sessions/refresh-tokens.js';
import { type SessionTokens } from '../sessions/session-tokens.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { SubjectBudget } from '../rate-limit/subject-budget.js';
import { UsersService } from '../identity/users.service.js';
import { type FirstFactorRequest } from './first-factor.js';
import { FirstFactors } from './first-factors.js';

/** A change of the password and another tab can each win a race once. */
const MAX_TRIES = 3;

/** Renews sessions, and ends a session whose refresh token two clients hold. */
@Injectable()
export class SessionRenewal {
  constructor(
    private readonly refreshTokens: RefreshTokens,
    private readonly chain: RefreshChain,
    private readonly sessions: SessionsService,
    private readonly factors: FirstFactors,
    private readonly users: UsersService,
    private readonly accounts: MfaAccounts,
    private readonly budget: SubjectBudget,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /**
   * Spends the present refresh token and gives new tokens. For `REFRESH_GRACE_SECONDS` the token before
   * it gives the present one again, to other tabs and after a lost response. An older token is held by
   * two clients, and nobody knows which is the thief: the session ends [RFC 9700 §4.14.2]. A session also
   * ends when its first factor no longer allows it.
   *
   * @throws {MfaError} `token_not_valid`, also for an ended session and for a user who is disabled or
   *   frozen; `rate_limited`
   */
  async renew(refreshToken: string, request: FirstFactorRequest): Promise<SessionTokens> {
    const token = this.refreshTokens.read(refreshToken);
    const { userId, sessionId: credentialId } = token;
    const { ip } = clientOf(request);
    await this.budget.spend({ kind: 'renewal', subjectId: userId, credentialId, ip });
    for (let tries = 1; tries <= MAX_TRIES; tries++) {
      const tokens = await this.tryToRenew(token, request);
      if (tokens !== null) return tokens;
    }
    throw new MfaError('token_not_valid');
  }

  /** Null when another request won the race. */
  private async tryToRenew(
    token: RefreshFacts,
    request: FirstFactorRequest,
  ): Promise<SessionTokens | null> {
    const session = await this.chain.find(token);
    if (session?.standing === 'reused') {
      await this.end(token, 'refresh_token_reused', clientOf(request));
    }
    if (!mayRenew(session)) throw new MfaError('token_not_valid');
    if (!(await this.factors.isStillAllowed(session, request))) {
      await this.end(token, 'session_ended', clientOf(request));
      throw new MfaError('token_not_valid');
    }
    await this.users.rememberLanguage(token.userId, acceptedLanguage(request.headers));
    return session.standing === 'present' ? this.chain.rotate(session) : this.chain.repeat(session);
  }

  private async end(
    spent: RefreshFacts,
    type: 'session_ended' | 'refresh_token_reused',
    client: ClientInfo,
  ): Promise<void> {
    const user = await this.users.findById(spent.userId);
    if (user === null) return;
    const told = accountEvent(type, { user, client, at: this.clock.now() });
    const event = { ...told, sessionId: spent.sessionId };
    const end = async (manager: EntityManager) => {
      await this.accounts.lock(user.id, transactionOf(manager));
      const isEnded =
        type === 'session_ended'
          ? await this.sessions.end(spent, manager)
          : await this.chain.endReused(spent, manager);
      return { result: undefined, events: isEnded ? [event] : [] };
    };
    await this.audit.change(end, user.id, 'unbounded');
  }
}

/** Whether the token is the present one or the one before it, and session and user are live. */
function mayRenew(session: RenewableSession | null): session is RenewableSession {
  if (session === null || !session.isLive) return false;
  return session.standing === 'present' || session.standing === 'former';
}
