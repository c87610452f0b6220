import { type RecordedEvent } from '../ports/event-consumer.js';

/** A delivery that one server holds until its lease ends. */
export interface ClaimedDelivery {
  /** UUID; the same in every try. */
  readonly id: string;
  readonly subjectId: string;
  /** Tries so far, this one included. */
  readonly attempts: number;
  /** When the event was recorded. */
  readonly createdAt: Date;
  /** @throws {Error} when the event cannot be decrypted, for example when its key is missing */
  read(): RecordedEvent;
}

/** A server's request for deliveries. */
export interface Claim {
  /** {@link EventConsumer.name} */
  readonly consumer: string;
  readonly maxDeliveries: number;
  readonly now: Date;
  /** Until then no other claim gets these deliveries. */
  readonly leaseEndsAt: Date;
  /** No retry is scheduled later than this: a later time was written by a clock that was ahead. */
  readonly latestDueAt: Date;
}

/** Port: keeps the deliveries that wait. They are written together with their events. */
export abstract class OutboxStore {
  /**
   * Claims deliveries that are due or were never tried, in the order of their events. Subjects take turns,
   * the longest wait of each first. Retries do not delay all first tries. Concurrent claims share no
   * delivery.
   */
  abstract claim(claim: Claim): Promise<ClaimedDelivery[]>;
  /** Deletes deliveries that were taken. */
  abstract complete(deliveries: readonly ClaimedDelivery[]): Promise<void>;
  /** Schedules the next try, unless another server has claimed the delivery meanwhile. */
  abstract retryAt(delivery: ClaimedDelivery, at: Date): Promise<void>;
  /** Gives the delivery up, unless another server has claimed it meanwhile. The row stays. */
  abstract giveUp(delivery: ClaimedDelivery, now: Date): Promise<void>;
}
