import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import {
  type Actor,
  AuditTrail,
  Clock,
  FreshProof,
  MfaAccounts,
  MfaError,
  transactionOf,
} from '../../../mfa/index.js';
import { accountEvent } from '../../identity/account-event.js';
import { type User } from '../../identity/user.entity.js';
import { SessionsService } from '../../sessions/sessions.service.js';

/** What takes the place of a password. */
export interface NewCredentials {
  readonly user: User;
  readonly type: 'password_changed' | 'password_removed';
  /** Writes it while the account is locked. @returns the new `credentialsVersion`; null to refuse it */
  readonly write: (manager: EntityManager) => Promise<string | null>;
  readonly refusal: () => MfaError;
}

/** Replaces or removes the password of a signed-in person, in one transaction. */
@Injectable()
export class PasswordReplacement {
  constructor(
    private readonly sessions: SessionsService,
    private readonly accounts: MfaAccounts,
    private readonly freshProof: FreshProof,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /**
   * The present session goes on; all others end, and so does every open challenge.
   *
   * @throws {MfaError} `fresh_proof_required`; `token_not_valid` for a session that is over; the refusal
   */
  async commit(actor: Actor, { user, type, write, refusal }: NewCredentials): Promise<void> {
    const { sessionId, client } = actor;
    await this.audit.change(async (manager) => {
      await this.accounts.endChallenges(user.id, transactionOf(manager));
      await this.freshProof.require(actor, transactionOf(manager));
      const version = await write(manager);
      if (version === null) throw refusal();
      if (sessionId !== null) {
        const session = { userId: user.id, sessionId };
        const isLive = await this.sessions.carryOver(session, version, manager);
        if (!isLive) throw new MfaError('token_not_valid');
      }
      const except = sessionId === null ? {} : { except: sessionId };
      await this.sessions.endAll(user.id, { manager, ...except });
      const event = accountEvent(type, { user, client, at: this.clock.now() });
      return { result: undefined, events: [{ ...event, sessionId, target: version }] };
    }, user.id);
  }
}
