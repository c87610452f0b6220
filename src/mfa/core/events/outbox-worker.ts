import {
  type BeforeApplicationShutdown,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Clock } from '../../contract/clock.js';
import { MfaOptions } from '../options/mfa.options.js';
import { EventSubscribers } from './event-subscribers.js';
import { type EventConsumer } from '../ports/event-consumer.js';
import { ClaimsInTurn } from './claims-in-turn.js';
import { ConsumerQueue } from './consumer-queue.js';
import { OutboxStore } from './outbox.js';

/**
 * Delivers recorded events to the host's consumers, at intervals and right after each commit of this
 * process. It delays no request and delivers outside of transactions.
 */
@Injectable()
export class OutboxWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly outbox: OutboxStore;
  private readonly queues = new Map<EventConsumer, ConsumerQueue>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly subscribers: EventSubscribers,
    outbox: OutboxStore,
    private readonly options: MfaOptions,
    private readonly clock: Clock,
  ) {
    this.outbox = new ClaimsInTurn(outbox);
  }

  onApplicationBootstrap(): void {
    const { outboxIntervalSeconds: seconds } = this.options;
    if (seconds === 0 || this.subscribers.consumers.length === 0) return;
    this.timer = setInterval(() => this.nudge(), seconds * 1000).unref();
    this.nudge();
  }

  /** Waits for the deliveries under way. The others wait for the next start. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    await Promise.all([...this.queues.values()].map((queue) => queue.stop()));
  }

  /**
   * Starts the delivery of what is due, if the worker runs. Returns at once.
   *
   * @param consumers for which events may be due. Default: all
   */
  nudge(consumers: readonly EventConsumer[] = this.subscribers.consumers): void {
    if (this.timer === null) return;
    for (const consumer of consumers) this.queueOf(consumer).nudge();
  }

  /** Delivers everything that is due. @returns the number of deliveries claimed */
  async runOnce(): Promise<number> {
    const queues = this.subscribers.consumers.map((consumer) => this.queueOf(consumer));
    const claimed = await Promise.all(queues.map((queue) => queue.runOnce()));
    return claimed.reduce((sum, count) => sum + count, 0);
  }

  private queueOf(consumer: EventConsumer): ConsumerQueue {
    const queue = this.queues.get(consumer) ?? new ConsumerQueue(consumer, this.outbox, this.clock);
    this.queues.set(consumer, queue);
    return queue;
  }
}
