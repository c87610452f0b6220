import { Injectable } from '@nestjs/common';
import {
  AuditTrail,
  entityManagerOf,
  EventConsumer,
  type EventDelivery,
  type FactorChange,
  FactorChangeHook,
  MfaAccounts,
  type MfaEvent,
  type MfaEventType,
  type Transaction,
  transactionOf,
} from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { accountEvent } from '../identity/account-event.js';
import { SessionsService } from './sessions.service.js';
import { UsersService } from '../identity/users.service.js';

/** The events that change the factors or codes that a person can sign in with. */
const FACTOR_CHANGES: readonly MfaEventType[] = [
  'method_activated',
  'method_deactivated',
  'method_deleted',
  'authenticator_added',
  'authenticator_removed',
  'backup_codes_issued',
];

/** Ends the other sessions of a user whose factors change, if the setting asks for it [ASVS 7.4.3]. */
@Injectable()
export class FactorChangeEndings extends FactorChangeHook {
  constructor(
    private readonly sessions: SessionsService,
    private readonly config: ServerConfig,
  ) {
    super();
  }

  async onFactorChange(
    { type, subject, sessionId, client, at }: FactorChange,
    transaction: Transaction,
  ): Promise<readonly MfaEvent[]> {
    if (!endsSessions(this.config, type)) return [];
    const manager = entityManagerOf(transaction);
    const endings = { manager, begunBy: at, ...exceptFor(sessionId) };
    const ended = await this.sessions.endAll(subject.id, endings);
    if (ended.length === 0) return [];
    return [{ type: 'sessions_ended', subject, factor: null, client, at, sessionId }];
  }
}

/** Ends sessions that a concurrent sign-in began with the former factors. */
@Injectable()
export class LateSessionEndings extends EventConsumer {
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
    return endsSessions(this.config, type);
  }

  /** A session that began after the change was opened with the new factors, and continues. */
  async deliver({ event: { subject, sessionId, at, client } }: EventDelivery): Promise<void> {
    const user = await this.users.findById(subject.id);
    if (user === null) return;
    await this.audit.change(async (manager) => {
      await this.accounts.lock(user.id, transactionOf(manager));
      const endings = { manager, begunBy: at, ...exceptFor(sessionId) };
      const ended = await this.sessions.endAll(user.id, endings);
      const event = accountEvent('sessions_ended', { user, client, at });
      return { result: undefined, events: ended.length > 0 ? [{ ...event, sessionId }] : [] };
    }, user.id);
  }
}

function endsSessions(config: ServerConfig, type: MfaEventType): boolean {
  return config.endsSessionsOnFactorChange && FACTOR_CHANGES.includes(type);
}

function exceptFor(sessionId: string | null | undefined): { readonly except?: string } {
  return sessionId === null || sessionId === undefined ? {} : { except: sessionId };
}
