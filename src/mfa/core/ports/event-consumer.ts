import { type MfaEvent } from './events.js';
import { type Subject } from '../../contract/handler.js';

/** DI token of an array of the host's {@link EventConsumer}s. Without it nothing is delivered. */
export const EVENT_CONSUMERS = Symbol('EVENT_CONSUMERS');

/** An event of the audit, with its subject at the time of the event. */
export interface RecordedEvent extends Omit<MfaEvent, 'subject'> {
  /** UUID. */
  readonly id: string;
  /** Counts the events of one subject from 1, without a gap. */
  readonly seq: number;
  /** 32 bytes that depend on every event of the subject up to this one. */
  readonly hash: Buffer;
  readonly subject: Pick<Subject, 'id' | 'displayName' | 'addresses'>;
}

/** Thrown by {@link EventConsumer.deliver} to refuse a delivery for good. It is given up at once. */
export class DeliveryRefused extends Error {
  override readonly name = 'DeliveryRefused';

  /** @param options `cause` is the reason, for the log */
  constructor(options: { readonly cause: unknown }) {
    super('This delivery is refused for good.', options);
  }
}

/** An event on its way to a consumer. */
export interface EventDelivery {
  /** UUID; the same in every try, so that a consumer can recognise a repetition. */
  readonly id: string;
  readonly event: RecordedEvent;
}

/** Thrown by {@link EventConsumer.deliver} to postpone a delivery to a known time. */
export class DeliveryPostponed extends Error {
  override readonly name = 'DeliveryPostponed';

  /** @param until within an hour: a later time counts as that of a wrong clock */
  constructor(readonly until: Date) {
    super('The delivery is taken later.');
  }
}

/**
 * Receives events at least once. A delivery is a row that is written with its event. Every server on the
 * database tries it until it is taken, also after a restart.
 */
export abstract class EventConsumer {
  /** 1 to 64 characters. Waiting rows have it, so it must not change. */
  abstract readonly name: string;
  /**
   * How long a delivery may take. When a server dies, its deliveries wait that long and 45 seconds more.
   * Absent: 15.
   */
  readonly deliveryTimeoutSeconds?: number;
  /**
   * A delivery that takes longer is slow, and the next ones are begun beside it, as long as few are slow.
   * Set it when receivers differ in speed, as mailboxes do. Absent: a slow delivery delays the others of
   * this consumer.
   */
  readonly slowAfterSeconds?: number;
  /** Whether this consumer wants the event. Called when the event is recorded. */
  abstract wants(event: MfaEvent): boolean;
  /**
   * Takes an event. After a rejection, or after {@link deliveryTimeoutSeconds}, it is tried again for three
   * days at most. {@link DeliveryPostponed} sets the time of the next try, {@link DeliveryRefused} prevents
   * it. The events of a subject come in order unless one has failed.
   */
  abstract deliver(delivery: EventDelivery): Promise<void>;
  /**
   * Takes deliveries as a batch, when that is cheaper. After a rejection, or after the time of one delivery,
   * none counts as taken. Absent: no batches.
   *
   * @param deliveries at most 20, of any number of subjects
   * @returns those that were taken; the others go to {@link deliver}
   */
  takeTogether?(deliveries: readonly EventDelivery[]): Promise<readonly EventDelivery[]>;
}
