import { CHAIN_START, type ChainedEvent, eventChainHash } from './event-chain-hash.js';

/** The first place where a user's audit differs from what was written. */
export interface AuditFault {
  readonly subjectId: string;
  readonly seq: number;
  /** Null where the event is missing. */
  readonly eventId: string | null;
  /**
   * `event_altered`: changed, inserted or moved. `event_missing`: removed, perhaps from the end.
   * `end_altered`: the events are intact, but `mfa_event_heads` has another end.
   */
  readonly problem: 'event_missing' | 'event_altered' | 'end_altered';
}

/** A stored event with the end of its user's chain; null where the end is gone. */
export interface StoredEvent extends ChainedEvent {
  readonly hash: Buffer;
  readonly headSeq: string | null;
  readonly headHash: Buffer | null;
}

/** Walks chains one after the other and finds the first fault of each. */
export class EventChainWalk {
  private last: StoredEvent | null = null;
  private isBroken = false;

  /** @param event the next one, by user and number */
  step(event: StoredEvent): AuditFault[] {
    const faults = this.last?.subjectId === event.subjectId ? [] : this.end();
    const fault = this.isBroken ? null : faultOf(event, this.last);
    this.last = event;
    if (fault === null) return faults;
    this.isBroken = true;
    return [...faults, fault];
  }

  /** Ends the present chain; to be called after the last step. */
  end(): AuditFault[] {
    const fault = this.last === null || this.isBroken ? null : faultOfEnd(this.last);
    this.last = null;
    this.isBroken = false;
    return fault === null ? [] : [fault];
  }
}

function faultOf(event: StoredEvent, last: StoredEvent | null): AuditFault | null {
  const { subjectId, id: eventId } = event;
  const [seq, expected] = [Number(event.seq), Number(last?.seq ?? 0) + 1];
  if (seq > expected) return { subjectId, seq: expected, eventId: null, problem: 'event_missing' };
  const hash = eventChainHash(last?.hash ?? CHAIN_START, event);
  // Numbers begin with 1: an event with a smaller one was inserted, even if its hash is right.
  const isSound = seq === expected && hash.equals(event.hash);
  return isSound ? null : { subjectId, seq, eventId, problem: 'event_altered' };
}

function faultOfEnd({ subjectId, id: eventId, ...last }: StoredEvent): AuditFault | null {
  const [seq, headSeq] = [Number(last.seq), Number(last.headSeq ?? 0)];
  if (headSeq > seq) return { subjectId, seq: seq + 1, eventId: null, problem: 'event_missing' };
  if (headSeq === seq && last.headHash?.equals(last.hash) === true) return null;
  return { subjectId, seq, eventId, problem: 'end_altered' };
}
