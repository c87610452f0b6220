import { Injectable } from '@nestjs/common';
import {
  AuditTrail,
  EventConsumer,
  type EventDelivery,
  MfaAccounts,
  type MfaEvent,
  type MfaEventType,
  transactionOf,
} from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { accountEvent } from '../identity/account-event.js';
import { SessionsService } from './sessions.service.js';
import { UsersService } from '../identity/users.service.js';

/** What changes by which factors, and which codes, somebody can sign in. */
const FACTOR_CHANGES: readonly MfaEventType[] = [
  'method_activated',
  'method_deactivated',
  'method_deleted',
  'authenticator_added',
  'authenticator_removed',
  'backup_codes_issued',
];

/** Where that is set, ends the other sessions of a user whose factors have changed [ASVS 7.4.3]. */
@Injectable()
export class FactorChangeEndings extends EventConsumer {
  readonly name = 'factor-change-endings';

  constructor(
    private readonly sessions: SessionsService,
    private readonly users: UsersService,
    private readonly accounts: MfaAccounts,
    private readonly audit: AuditTrail,
    private readonly config: ServerConfig,
  ) {
    super();
  }

  wants({ type }: MfaEvent): boolean {
    return this.config.endsSessionsOnFactorChange && FACTOR_CHANGES.includes(type);
  }

  /** A session that began after the change knows the new factors, and goes on. */
  async deliver({ event: { subject, sessionId, at, client } }: EventDelivery): Promise<void> {
    const user = await this.users.findById(subject.id);
    if (user === null) return;
    await this.audit.change(async (manager) => {
      await this.accounts.lock(user.id, transactionOf(manager));
      const except = sessionId === null || sessionId === undefined ? {} : { except: sessionId };
      const ended = await this.sessions.endAll(user.id, { manager, begunBy: at, ...except });
      const event = accountEvent('sessions_ended', { user, client, at });
      return { result: undefined, events: ended.length > 0 ? [{ ...event, sessionId }] : [] };
    }, user.id);
  }
}
