import { Injectable } from '@nestjs/common';
import { EventTeller } from './event-teller.js';
import { type MfaEvent } from './events.js';
import { type RowUpdate } from './host-rows.js';
import { HostPorts } from './host-ports.js';
import { EventStore } from './event-store.js';
import { UnitOfWork } from './stores.js';

/** Who gave a wrong proof, of what, from where and when. */
export type WrongProof = Omit<MfaEvent, 'type' | 'target'>;

/** What a wrong proof locks. Absent: nothing. */
export interface Locks {
  readonly method?: boolean;
  /** With `method`: not for a while, but until it is set up anew. */
  readonly methodForGood?: boolean;
  readonly account?: boolean;
  readonly session?: boolean;
}

/** Records wrong proofs, each with the locks that it sets and the session that it ends. */
@Injectable()
export class WrongProofs {
  constructor(
    private readonly host: HostPorts,
    private readonly events: EventStore,
    private readonly unitOfWork: UnitOfWork,
    private readonly teller: EventTeller,
  ) {}

  async record(proof: WrongProof, locks: Locks): Promise<void> {
    const { methodForGood: isForGood = false } = locks;
    const events: MfaEvent[] = [
      { ...proof, type: 'second_factor_failed' },
      ...(locks.method
        ? [{ ...proof, type: 'method_locked' as const, detail: { isForGood } }]
        : []),
      ...(locks.account ? [{ ...proof, type: 'account_locked' as const }] : []),
      ...(locks.session ? [{ ...proof, type: 'session_locked' as const }] : []),
    ];
    if (locks.session) await this.end(proof, events);
    else await this.events.append(events);
    this.teller.tell(events);
  }

  /** Behind the account's lock, so that no change that is under way is made for the session any more. */
  private async end(proof: WrongProof, events: readonly MfaEvent[]): Promise<void> {
    const rowUpdates = this.endOf(proof);
    await this.unitOfWork.runForAccount(proof.subject.id, (transaction) =>
      this.events.append(events, { rowUpdates, transaction }),
    );
  }

  private endOf({ subject, sessionId, at }: WrongProof): readonly RowUpdate[] {
    if (sessionId === null || sessionId === undefined) return [];
    const session = { subjectId: subject.id, sessionId };
    return this.host.sessionCloser?.changesThatEnd(session, at) ?? [];
  }
}
