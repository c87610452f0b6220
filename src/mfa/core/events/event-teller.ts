import { Injectable, Logger } from '@nestjs/common';
import { reasonOf } from '../../contract/reason-of.js';
import { EventAudience } from './event-audience.js';
import { type MfaEvent } from '../ports/events.js';
import { OutboxWorker } from './outbox-worker.js';

/** Tells the host what has happened, after the commit. */
@Injectable()
export class EventTeller {
  private readonly logger = new Logger(EventTeller.name);

  constructor(
    private readonly audience: EventAudience,
    private readonly outbox: OutboxWorker,
  ) {}

  /** Returns at once; a listener that fails is logged and changes nothing. */
  tell(events: readonly MfaEvent[]): void {
    const wanting = new Set(events.flatMap((event) => this.audience.wanting(event)));
    if (wanting.size > 0) this.outbox.nudge([...wanting]);
    for (const event of events) void this.tellOne(event);
  }

  private async tellOne(event: MfaEvent): Promise<void> {
    try {
      await this.audience.listener?.onEvent(event);
    } catch (error) {
      this.logger.error(`The listener failed on ${event.type}: ${reasonOf(error)}`);
    }
  }
}
