import { Injectable, Logger } from '@nestjs/common';
import { endsSession, type SpentAttempt } from '../ports/attempts.js';
import { EventRecorder } from '../events/event-recorder.js';
import { type EventDetail, type MfaEvent } from '../ports/events.js';
import { type RowUpdate } from '../ports/host-rows.js';
import { HostPorts } from '../ports/host-ports.js';
import { UnitOfWork } from '../ports/stores.js';

/** Who gave a wrong proof, of what, what for, from where and when. */
export interface WrongProof extends Omit<MfaEvent, 'type' | 'target' | 'detail'> {
  readonly detail: Pick<EventDetail, 'purpose' | 'reason'>;
}

/** What a wrong proof locks. Absent: nothing. */
export interface Locks {
  readonly method?: boolean;
  /** With `method`: until it is set up anew, and not for a while. */
  readonly methodForGood?: boolean;
  readonly account?: boolean;
  readonly session?: boolean;
}

/** Records wrong proofs, each with the locks that it sets and the session that it ends. */
@Injectable()
export class WrongProofs {
  private readonly logger = new Logger(WrongProofs.name);

  constructor(
    private readonly host: HostPorts,
    private readonly unitOfWork: UnitOfWork,
    private readonly events: EventRecorder,
  ) {}

  async record(proof: WrongProof, locks: Locks): Promise<void> {
    const { methodForGood: isForGood = false } = locks;
    const { detail, ...occasion } = proof;
    const { reason } = detail;
    if (reason !== undefined) this.logger.warn(`A proof of ${proof.factor} is refused: ${reason}.`);
    const events: MfaEvent[] = [
      { ...proof, type: 'second_factor_failed' },
      ...(locks.method
        ? [{ ...occasion, type: 'method_locked' as const, detail: { isForGood } }]
        : []),
      ...(locks.account ? [{ ...occasion, type: 'account_locked' as const }] : []),
      ...(locks.session ? [{ ...occasion, type: 'session_locked' as const }] : []),
    ];
    if (locks.session) await this.end(proof, events);
    else await this.events.record(events);
  }

  /** Behind the account's lock, so that no change that is under way in the session is committed. */
  private async end(proof: WrongProof, events: readonly MfaEvent[]): Promise<void> {
    const rowUpdates = this.endOf(proof);
    const recorded = await this.unitOfWork.runForAccount(
      proof.subject.id,
      (transaction) => this.events.append(events, { rowUpdates, transaction }),
      'unbounded',
    );
    this.events.publish(recorded);
  }

  private endOf({ subject, sessionId, at }: WrongProof): readonly RowUpdate[] {
    if (sessionId === null || sessionId === undefined) return [];
    const session = { subjectId: subject.id, sessionId };
    return this.host.sessionCloser?.changesThatEnd(session, at) ?? [];
  }
}

/** What a wrong attempt locks. */
export function locksOf(attempt: SpentAttempt): Locks {
  return {
    method: attempt.locksMethod,
    methodForGood: attempt.endsMethod,
    account: attempt.locksAccount,
    session: endsSession(attempt),
  };
}
