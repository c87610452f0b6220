import { Injectable } from '@nestjs/common';
import {
  AuditTrail,
  type ClientInfo,
  Clock,
  clientOf,
  MfaAccounts,
  MfaError,
  transactionOf,
} from '../../mfa/index.js';
import { accountEvent } from '../mfa/account-event.js';
import { acceptedLanguage } from '../notices/texts/languages.js';
import { type RefreshFacts } from '../sessions/refresh-tokens.js';
import { type SessionTokens } from '../sessions/session-tokens.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { SubjectBudget } from '../rate-limit/subject-budget.js';
import { UsersService } from '../users/users.service.js';
import { type FirstFactorRequest } from './first-factor.js';
import { FirstFactors } from './first-factors.js';

const MAX_TRIES = 2;

/** Renews sessions, and ends the ones whose refresh token is in two hands. */
@Injectable()
export class SessionRenewal {
  constructor(
    private readonly sessions: SessionsService,
    private readonly factors: FirstFactors,
    private readonly users: UsersService,
    private readonly accounts: MfaAccounts,
    private readonly budget: SubjectBudget,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /**
   * Spends a refresh token and gives new tokens. A spent one that comes back is in two hands, and
   * nobody knows in which: the whole session ends [RFC 9700 §4.14.2]. So does the session of a first
   * factor that no longer allows it.
   *
   * @throws {MfaError} `token_not_valid`, also for an ended session and for a user who is disabled
   * or frozen; `rate_limited`
   */
  async renew(refreshToken: string, request: FirstFactorRequest): Promise<SessionTokens> {
    const spent = await this.sessions.read(refreshToken);
    const { userId: subjectId, sessionId: credentialId } = spent;
    await this.budget.spend({ kind: 'renewal', subjectId, credentialId });
    // A change of the password that is under way at this moment may cost one try.
    for (let tries = 1; tries <= MAX_TRIES; tries++) {
      const session = await this.sessions.findRenewable(spent);
      if (session === null) break;
      if (!(await this.factors.isStillAllowed(session, request))) {
        await this.end(spent, 'session_ended', clientOf(request));
        throw new MfaError('token_not_valid');
      }
      await this.users.rememberLanguage(spent.userId, acceptedLanguage(request.headers));
      const tokens = await this.sessions.renew(spent, session);
      if (tokens !== null) return tokens;
    }
    await this.end(spent, 'refresh_token_reused', clientOf(request));
    throw new MfaError('token_not_valid');
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
    await this.audit.change(async (manager) => {
      await this.accounts.lock(user.id, transactionOf(manager));
      const isEnded =
        type === 'session_ended'
          ? await this.sessions.end(spent, manager)
          : await this.sessions.endReused(spent, manager);
      return { result: undefined, events: isEnded ? [event] : [] };
    }, user.id);
  }
}
