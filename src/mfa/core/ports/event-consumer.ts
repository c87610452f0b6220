import { type MfaEvent } from './events.js';
import { type Subject } from '../../contract/handler.js';

/** DI token of the host's {@link EventConsumer}s, an array; without it nothing is delivered. */
export const EVENT_CONSUMERS = Symbol('EVENT_CONSUMERS');

/** An event as the audit holds it, with its subject as it was when the event happened. */
export interface RecordedEvent extends Omit<MfaEvent, 'subject'> {
  /** UUID. */
  readonly id: string;
  /** Counts the events of one subject from 1, without a gap. */
  readonly seq: number;
  /** 32 bytes, which depend on every event of the subject up to this one. */
  readonly hash: Buffer;
  readonly subject: Pick<Subject, 'id' | 'displayName' | 'addresses'>;
}

/** What {@link EventConsumer.deliver} throws for what it will never take: it is given up at once. */
export class DeliveryRefused extends Error {
  override readonly name = 'DeliveryRefused';

  /** @param options `cause` says why, and is told to the log */
  constructor(options: { readonly cause: unknown }) {
    super('This delivery is refused for good.', options);
  }
}

/** One event on its way to one consumer. */
export interface EventDelivery {
  /** UUID; the same in every try, so that a consumer can tell a repetition. */
  readonly id: string;
  readonly event: RecordedEvent;
}

/** What a consumer rejects a delivery with that it takes no sooner than at a time that it knows. */
export class DeliveryPostponed extends Error {
  override readonly name = 'DeliveryPostponed';

  /** @param until within an hour; what is later counts as a time of a clock that was wrong */
  constructor(readonly until: Date) {
    super('The delivery is taken later.');
  }
}

/**
 * Hears of events for certain, at least once: a delivery is a row written with its event, tried
 * until it is taken, by any server of the database, also after a restart.
 */
export abstract class EventConsumer {
  /** Stands in the rows that wait for it, so it stays what it is; 1 to 64 characters. */
  abstract readonly name: string;
  /**
   * How long one delivery may take. What a server that dies holds of this consumer waits for as long,
   * and 45 seconds more. Absent: 15.
   */
  readonly deliveryTimeoutSeconds?: number;
  /**
   * After so long a delivery is slow and holds no other up: the next ones are begun beside it, while
   * few are slow. Set it where some receivers may be slow and others not, as mailboxes. Absent: whatever
   * is slow holds the others of this consumer up.
   */
  readonly slowAfterSeconds?: number;
  /** Asked when an event is recorded; what is not wanted is not kept for this consumer. */
  abstract wants(event: MfaEvent): boolean;
  /**
   * Takes an event. A rejection, or no end within {@link deliveryTimeoutSeconds}, is tried again
   * later, for three days at most; {@link DeliveryPostponed} says when. {@link DeliveryRefused} is not
   * tried again. The events of one subject mostly come in their order, but not after a failure.
   */
  abstract deliver(delivery: EventDelivery): Promise<void>;
  /**
   * Takes what it can of all that waits at once, where that costs less than one by one. Absent, or
   * rejected, or without an end in the time of one delivery: nothing is taken so.
   *
   * @param deliveries at most 20, of any number of subjects
   * @returns those that were taken; each other one goes to {@link deliver} after it
   */
  takeTogether?(deliveries: readonly EventDelivery[]): Promise<readonly EventDelivery[]>;
}
