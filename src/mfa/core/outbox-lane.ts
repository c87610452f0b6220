import { Logger } from '@nestjs/common';
import { addSeconds, type Clock } from '../kit/clock.js';
import { rejectAfter } from '../kit/reject-after.js';
import { nameOf } from './errors.js';
import { type EventConsumer } from './event-consumer.js';
import { type ClaimedDelivery, type OutboxStore } from './outbox.js';

const MAX_DELIVERIES_PER_CLAIM = 20;
/** A server that dies leaves its deliveries to the others after so long. */
const LEASE_SECONDS = 60;
const DELIVERY_TIMEOUT_SECONDS = 15;
const FIRST_RETRY_SECONDS = 5;
const LONGEST_RETRY_SECONDS = 3600;
const GIVE_UP_SECONDS = 3 * 86_400;

/** Delivers what waits for one consumer; one that is slow or down holds no other up. */
export class OutboxLane {
  private readonly logger = new Logger('Outbox');
  private deliveryTimeoutMilliseconds = DELIVERY_TIMEOUT_SECONDS * 1000;
  private isNudged = false;
  private isStopped = false;
  private work: Promise<void> | null = null;

  constructor(
    private readonly consumer: EventConsumer,
    private readonly outbox: OutboxStore,
    private readonly clock: Clock,
  ) {}

  /** Has whatever is due delivered soon; returns at once. */
  nudge(): void {
    if (this.isStopped) return;
    this.isNudged = true;
    this.work ??= this.workWhileNudged();
  }

  /** Ends after the deliveries that are under way, and begins no other. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.work;
  }

  /** Delivers everything that is due. @returns how many deliveries were claimed */
  async runOnce(): Promise<number> {
    let total = 0;
    while (!this.isStopped) {
      const now = this.clock.now();
      const claimed = await this.outbox.claim({
        consumer: this.consumer.name,
        maxDeliveries: MAX_DELIVERIES_PER_CLAIM,
        now,
        leaseEndsAt: addSeconds(now, LEASE_SECONDS),
      });
      total += claimed.length;
      const lastStartAt = addSeconds(now, LEASE_SECONDS - DELIVERY_TIMEOUT_SECONDS);
      const turns = bySubject(claimed);
      await Promise.all(turns.map((deliveries) => this.deliverInTurn(deliveries, lastStartAt)));
      if (claimed.length < MAX_DELIVERIES_PER_CLAIM) break;
    }
    return total;
  }

  private async workWhileNudged(): Promise<void> {
    while (this.isNudged && !this.isStopped) {
      this.isNudged = false;
      try {
        await this.runOnce();
      } catch (error) {
        this.logger.warn(`Nothing is delivered to ${this.consumer.name}: ${nameOf(error)}`);
      }
    }
    this.work = null;
  }

  /** Begins none that could outlive its lease: it would be delivered twice at once. */
  private async deliverInTurn(deliveries: readonly ClaimedDelivery[], lastStartAt: Date) {
    for (const delivery of deliveries) {
      if (this.isStopped || this.clock.now() > lastStartAt) return;
      await this.deliver(delivery);
    }
  }

  /** Never rejects: what cannot be settled is claimed again once its lease has ended. */
  private async deliver(delivery: ClaimedDelivery): Promise<void> {
    try {
      if (await this.isTaken(delivery)) await this.outbox.complete(delivery);
      else await this.putOff(delivery);
    } catch (error) {
      this.logger.warn(`${delivery.id} stays as it is for now: ${nameOf(error)}`);
    }
  }

  private async isTaken(delivery: ClaimedDelivery): Promise<boolean> {
    try {
      const taking = this.consumer.deliver({ id: delivery.id, event: delivery.read() });
      await rejectAfter(this.deliveryTimeoutMilliseconds, taking);
      return true;
    } catch (error) {
      this.logger.warn(`${this.consumer.name} did not take ${delivery.id}: ${nameOf(error)}`);
      return false;
    }
  }

  private async putOff(delivery: ClaimedDelivery): Promise<void> {
    const now = this.clock.now();
    const nextAt = addSeconds(now, retrySecondsAfter(delivery.attempts));
    const isHopeless = nextAt > addSeconds(delivery.createdAt, GIVE_UP_SECONDS);
    if (!isHopeless) return this.outbox.retryAt(delivery, nextAt);
    this.logger.error(`${this.consumer.name} never took ${delivery.id}: it is given up.`);
    await this.outbox.giveUp(delivery, now);
  }
}

/** Twice as long after each try, up to an hour. */
function retrySecondsAfter(attempts: number): number {
  return Math.min(FIRST_RETRY_SECONDS * 2 ** (attempts - 1), LONGEST_RETRY_SECONDS);
}

/** What concerns one subject goes in turn, all else at once. */
function bySubject(deliveries: readonly ClaimedDelivery[]): ClaimedDelivery[][] {
  const turns = new Map<string, ClaimedDelivery[]>();
  for (const delivery of deliveries) {
    turns.set(delivery.subjectId, [...(turns.get(delivery.subjectId) ?? []), delivery]);
  }
  return [...turns.values()];
}
