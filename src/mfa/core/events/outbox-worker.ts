import {
  type BeforeApplicationShutdown,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Clock } from '../../contract/clock.js';
import { MfaOptions } from '../options/mfa.options.js';
import { EventAudience } from './event-audience.js';
import { type EventConsumer } from '../ports/event-consumer.js';
import { OutboxLane } from './outbox-lane.js';
import { OutboxStore } from './outbox.js';

/**
 * Delivers recorded events to the host's consumers, at intervals and right after a commit of this
 * process. It never holds a request up, and holds no transaction while it delivers.
 */
@Injectable()
export class OutboxWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly lanes = new Map<EventConsumer, OutboxLane>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly audience: EventAudience,
    private readonly outbox: OutboxStore,
    private readonly options: MfaOptions,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    const { outboxIntervalSeconds: seconds } = this.options;
    if (seconds === 0 || this.audience.consumers.length === 0) return;
    this.timer = setInterval(() => this.nudge(), seconds * 1000).unref();
    this.nudge();
  }

  /** Ends after the deliveries that are under way; the others wait for the next start. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    await Promise.all([...this.lanes.values()].map((lane) => lane.stop()));
  }

  /**
   * Has whatever is due delivered soon, where the worker runs; returns at once.
   *
   * @param consumers that something may be due for; all of them unless told
   */
  nudge(consumers: readonly EventConsumer[] = this.audience.consumers): void {
    if (this.timer === null) return;
    for (const consumer of consumers) this.laneOf(consumer).nudge();
  }

  /** Delivers everything that is due. @returns how many deliveries were claimed */
  async runOnce(): Promise<number> {
    const lanes = this.audience.consumers.map((consumer) => this.laneOf(consumer));
    const claimed = await Promise.all(lanes.map((lane) => lane.runOnce()));
    return claimed.reduce((sum, count) => sum + count, 0);
  }

  private laneOf(consumer: EventConsumer): OutboxLane {
    const lane = this.lanes.get(consumer) ?? new OutboxLane(consumer, this.outbox, this.clock);
    this.lanes.set(consumer, lane);
    return lane;
  }
}
