import { type RecordedEvent } from '../ports/event-consumer.js';

/** A delivery that one server holds until its lease ends. */
export interface ClaimedDelivery {
  /** UUID; the same in every try. */
  readonly id: string;
  readonly subjectId: string;
  /** Tries begun, this one included. */
  readonly attempts: number;
  /** When the event was recorded. */
  readonly createdAt: Date;
  /** @throws {Error} where the event cannot be read, as when its key is not here */
  read(): RecordedEvent;
}

/** What a server asks the outbox for. */
export interface Claim {
  /** The {@link EventConsumer.name} of whoever is served. */
  readonly consumer: string;
  readonly maxDeliveries: number;
  readonly now: Date;
  /** Until then nobody else is given what is claimed; after it, whoever asks. */
  readonly leaseEndsAt: Date;
  /** No try is put off for longer: whatever is due later was written by a clock that was ahead. */
  readonly latestDueAt: Date;
}

/** Port: keeps the deliveries that wait. They are written with their events. */
export abstract class OutboxStore {
  /**
   * Claims what is due, or was never tried, and gives it in the order of its events. Subjects take turns:
   * first what waits longest of each. What was never tried is not behind all that is tried again. Of servers
   * that ask at once none gets another's.
   */
  abstract claim(claim: Claim): Promise<ClaimedDelivery[]>;
  /** The deliveries were taken: they are deleted. */
  abstract complete(deliveries: readonly ClaimedDelivery[]): Promise<void>;
  /** Puts the next try off, unless another server has claimed the delivery meanwhile. */
  abstract retryAt(delivery: ClaimedDelivery, at: Date): Promise<void>;
  /** Gives the delivery up, unless another server has claimed it meanwhile; the row stays. */
  abstract giveUp(delivery: ClaimedDelivery, now: Date): Promise<void>;
}
