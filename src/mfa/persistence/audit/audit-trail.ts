import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { EventRecorder } from '../../core/events/event-recorder.js';
import { type MfaEvent } from '../../core/ports/events.js';
import { type LineBound } from '../../core/ports/stores.js';
import { AccountLine } from '../database/account-line.js';
import { HostDatabase } from '../database/host-database.js';
import { transactionOf } from '../database/statements.js';

/** The result of a host's change, and the events that record it. */
export interface AuditedChange<T> {
  readonly result: T;
  readonly events: readonly MfaEvent[];
}

const LAST_SEQ = 'SELECT seq FROM mfa_event_heads WHERE user_id = $1';

/** The audit of what the host itself changes: passwords, sessions, first factors. */
@Injectable()
export class AuditTrail {
  constructor(
    private readonly host: HostDatabase,
    private readonly line: AccountLine,
    private readonly events: EventRecorder,
  ) {}

  /**
   * Records events. In a transaction of the host, make this the last statement: it locks the end of
   * each user's chain, which every other writer locks last.
   *
   * @param manager of the transaction that makes the change; call {@link tell} after its commit.
   *   Absent: the events have a transaction of their own and are told at once
   */
  async record(events: readonly MfaEvent[], manager?: EntityManager): Promise<void> {
    if (events.length === 0) return;
    if (manager !== undefined) {
      await this.events.append(events, { transaction: transactionOf(manager) });
      return;
    }
    await this.events.record(events);
  }

  /**
   * The number of a subject's last event, as the transaction sees it; 0 if there is none. Under the
   * account's lock ({@link MfaAccounts.lock}) it places the host's own rows among the events.
   */
  async lastSeq(subjectId: string, manager: EntityManager): Promise<number> {
    const [head] = await manager.query<{ seq: string }[]>(LAST_SEQ, [subjectId]);
    return Number(head?.seq ?? 0);
  }

  /** Tells the host's listener and starts delivery to the consumers. Returns at once. */
  tell(events: readonly MfaEvent[]): void {
    this.events.publish(events);
  }

  /**
   * Changes something and records it in one transaction; a rejection undoes both.
   *
   * @param subjectId whose account the change locks. The change then waits in the account's line
   *   for a connection, so that no account takes all connections. Absent: it locks none
   * @param bound `unbounded` for a change that must not be refused: it waits for as long as it
   *   takes
   * @throws {MfaError} `rate_limited` when too much waits for this account already, or the change
   *   has waited too long
   */
  async change<T>(
    work: (manager: EntityManager) => Promise<AuditedChange<T>>,
    subjectId?: string,
    bound: LineBound = 'bounded',
  ): Promise<T> {
    const commit = () =>
      this.host.transaction(async (manager) => {
        const change = await work(manager);
        await this.record(change.events, manager);
        return change;
      });
    const { result, events } = await (subjectId === undefined
      ? commit()
      : this.line.run(subjectId, commit, bound));
    this.tell(events);
    return result;
  }
}
