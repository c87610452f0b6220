import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { AuditTrail, type ClientInfo, Clock, MfaAccounts, transactionOf } from '../../mfa/index.js';
import { accountEvent } from '../identity/account-event.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { UsersService } from '../identity/users.service.js';

/** The client of the operator's programs, which act without a request. */
const OPERATOR: ClientInfo = { ip: null, userAgent: null };

/** Disables users, and ends everything that they have begun [ASVS 7.4.2]. */
@Injectable()
export class UserDisabling {
  constructor(
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly accounts: MfaAccounts,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /** Sessions, open challenges and remembered devices end in the same transaction. Records nothing for a user who is already disabled. */
  async disable(userId: string, client: ClientInfo = OPERATOR): Promise<void> {
    const user = await this.users.findById(userId);
    if (user === null) return;
    const event = accountEvent('user_disabled', { user, client, at: this.clock.now() });
    const disable = async (manager: EntityManager) => {
      await this.accounts.endChallenges(userId, transactionOf(manager));
      await this.accounts.endDevices(userId, transactionOf(manager));
      const isDisabled = await this.users.disable(userId, manager);
      await this.sessions.endAll(userId, { manager });
      return { result: undefined, events: isDisabled ? [event] : [] };
    };
    await this.audit.change(disable, userId, 'unbounded');
  }
}
