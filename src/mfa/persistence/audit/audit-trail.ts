import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { EventRecorder } from '../../core/events/event-recorder.js';
import { type MfaEvent } from '../../core/ports/events.js';
import { type LineBound } from '../../core/ports/stores.js';
import { AccountLine } from '../database/account-line.js';
import { HostDatabase } from '../database/host-database.js';
import { transactionOf } from '../database/statements.js';

/** What a host changed, and the events that tell of it. */
export interface AuditedChange<T> {
  readonly result: T;
  readonly events: readonly MfaEvent[];
}

const LAST_SEQ = 'SELECT seq FROM mfa_event_heads WHERE user_id = $1';

/** The audit, for what the host itself does: passwords, sessions, first factors. */
@Injectable()
export class AuditTrail {
  constructor(
    private readonly host: HostDatabase,
    private readonly line: AccountLine,
    private readonly events: EventRecorder,
  ) {}

  /**
   * Records events. In a transaction of the host's they should be its last statement: they lock the
   * end of each user's chain, which every other writer locks last.
   *
   * @param manager of the transaction that makes the change; the listener is then told by
   * {@link tell}, after the commit. Absent: a transaction of its own, and told at once
   */
  async record(events: readonly MfaEvent[], manager?: EntityManager): Promise<void> {
    if (events.length === 0) return;
    if (manager !== undefined) {
      return this.events.append(events, { transaction: transactionOf(manager) });
    }
    await this.events.record(events);
  }

  /**
   * The number of a subject's last event, as the transaction sees it; 0: there is none. Behind the
   * account's lock ({@link MfaAccounts.lock}) it orders what the host keeps among the events.
   */
  async lastSeq(subjectId: string, manager: EntityManager): Promise<number> {
    const [head] = await manager.query<{ seq: string }[]>(LAST_SEQ, [subjectId]);
    return Number(head?.seq ?? 0);
  }

  /** Tells the host's listener, and has consumers served at once. Returns at once. */
  tell(events: readonly MfaEvent[]): void {
    this.events.publish(events);
  }

  /**
   * Changes something and records it in one transaction; a rejection undoes both.
   *
   * @param subjectId whose account the change locks. It then waits for its connection among the work of
   * that account, so that no account takes all connections. Absent: it locks none
   * @param bound `unbounded` for a change that must not be refused: it waits for as long as it takes
   * @throws {MfaError} `rate_limited` where too much waits for this account already, or has for too long
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
