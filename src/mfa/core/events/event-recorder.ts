import { Injectable, Logger } from '@nestjs/common';
import { reasonOf } from '../../contract/reason-of.js';
import { type MfaEvent } from '../ports/events.js';
import { EventStore } from '../ports/event-store.js';
import { EventSubscribers } from './event-subscribers.js';
import { OutboxWorker } from './outbox-worker.js';

/** What goes into the statement that writes the events. */
type AppendOptions = NonNullable<Parameters<EventStore['append']>[1]>;

/** Writes events to the audit and tells the host of them. */
@Injectable()
export class EventRecorder {
  private readonly logger = new Logger(EventRecorder.name);

  constructor(
    private readonly store: EventStore,
    private readonly subscribers: EventSubscribers,
    private readonly outbox: OutboxWorker,
  ) {}

  /**
   * Appends events in a statement of its own, and publishes them.
   *
   * @returns false where a row is missing whose update is required: then nothing is written
   */
  async record(
    events: readonly MfaEvent[],
    rows: Omit<AppendOptions, 'transaction'> = {},
  ): Promise<boolean> {
    const recorded = await this.append(events, rows);
    this.publish(recorded);
    return recorded.length > 0;
  }

  /**
   * Appends events. In a transaction, the caller publishes them once it is committed: a listener
   * must not hear of what may still be rolled back.
   *
   * @returns as {@link EventStore.append}
   */
  async append(events: readonly MfaEvent[], options: AppendOptions): Promise<readonly MfaEvent[]> {
    return this.store.append(events, options);
  }

  /** Returns at once. A listener that fails is logged: what happened has happened. */
  publish(events: readonly MfaEvent[]): void {
    const wanting = new Set(events.flatMap((event) => this.subscribers.wanting(event)));
    if (wanting.size > 0) this.outbox.nudge([...wanting]);
    for (const event of events) void this.publishOne(event);
  }

  private async publishOne(event: MfaEvent): Promise<void> {
    try {
      await this.subscribers.listener?.onEvent(event);
    } catch (error) {
      this.logger.error(`The listener failed on ${event.type}: ${reasonOf(error)}`);
    }
  }
}
