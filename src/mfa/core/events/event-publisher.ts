import { Injectable, Logger } from '@nestjs/common';
import { reasonOf } from '../../contract/reason-of.js';
import { EventSubscribers } from './event-subscribers.js';
import { type MfaEvent } from '../ports/events.js';
import { OutboxWorker } from './outbox-worker.js';

/** Tells the host what has happened, after the commit. */
@Injectable()
export class EventPublisher {
  private readonly logger = new Logger(EventPublisher.name);

  constructor(
    private readonly subscribers: EventSubscribers,
    private readonly outbox: OutboxWorker,
  ) {}

  /** Returns at once; a listener that fails is logged and changes nothing. */
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
