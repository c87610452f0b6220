import { AsyncResource } from 'node:async_hooks';
import { setTimeout } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { addSeconds, type Clock } from '../../contract/clock.js';
import { rejectAfter } from './reject-after.js';
import { reasonOf } from '../../contract/reason-of.js';
import { bySubject, open, opened } from './claimed-deliveries.js';
import { DeliveryPostponed, DeliveryRefused, type EventConsumer } from '../ports/event-consumer.js';
import { type ClaimedDelivery, type OutboxStore } from './outbox.js';
import { SlowDeliveries } from './slow-deliveries.js';

const MAX_DELIVERIES_PER_CLAIM = 20;
/** Requests come first: deliveries leave them most of the connections to the database. */
const MAX_DELIVERIES_AT_ONCE = 4;
/** Where many are recorded, so long one claim waits for the next: it then finds more than one. */
const GATHERING_MILLISECONDS = 100;
const DELIVERY_TIMEOUT_SECONDS = 15;
/** Of one claim deliveries are begun for so long; then others may have what is left. */
const BEGINNING_SECONDS = 45;
/** A server that stops waits so long for deliveries that are under way. */
const STOP_MILLISECONDS = 15_000;
const FIRST_RETRY_SECONDS = 5;
const LONGEST_RETRY_SECONDS = 3600;
/** So long a delivery is tried. */
export const GIVE_UP_SECONDS = 3 * 86_400;

/** A batch that has a slow delivery in it is settled in parts: less would be repeated after a crash. */
const SETTLE_AFTER_MILLISECONDS = 1000;

/** Whatever has asked for them first, deliveries are done on behalf of no request. */
const ownContext = new AsyncResource('ConsumerQueue');

/** Delivers what waits for one consumer; one that is slow or down holds no other up. */
export class ConsumerQueue {
  private readonly logger = new Logger('Outbox');
  private deliveryTimeoutMilliseconds: number;
  private stopMilliseconds = STOP_MILLISECONDS;
  /** A server that dies leaves its deliveries to the others after so long. */
  private readonly leaseSeconds: number;
  private gatheringMilliseconds = GATHERING_MILLISECONDS;
  private readonly slow: SlowDeliveries;
  private isNudged = false;
  private isStopped = false;
  private work: Promise<void> | null = null;

  constructor(
    private readonly consumer: EventConsumer,
    private readonly outbox: OutboxStore,
    private readonly clock: Clock,
  ) {
    const { deliveryTimeoutSeconds = DELIVERY_TIMEOUT_SECONDS } = consumer;
    this.deliveryTimeoutMilliseconds = deliveryTimeoutSeconds * 1000;
    this.slow = new SlowDeliveries(consumer.slowAfterSeconds);
    this.leaseSeconds = deliveryTimeoutSeconds + BEGINNING_SECONDS;
  }

  /** Has whatever is due delivered soon; returns at once. */
  nudge(): void {
    if (this.isStopped) return;
    this.isNudged = true;
    this.work ??= ownContext.runInAsyncScope(() => this.workWhileNudged());
  }

  /** Begins no other delivery, and ends after those that are under way, or after 15 seconds. */
  async stop(): Promise<void> {
    this.isStopped = true;
    // What lasts longer is delivered again, once its lease has ended.
    const all = Promise.all([this.work, this.slow.settled()]);
    await rejectAfter(this.stopMilliseconds, all).catch(() => undefined);
  }

  /** Delivers everything that is due. @returns how many deliveries were claimed */
  async runOnce(): Promise<number> {
    const total = await this.deliverDue();
    await this.slow.settled();
    return total;
  }

  /** As {@link runOnce}, but ends before what is slow. */
  private async deliverDue(): Promise<number> {
    let total = 0;
    while (!this.isStopped) {
      const now = this.clock.now();
      const claimed = await this.outbox.claim({
        consumer: this.consumer.name,
        maxDeliveries: MAX_DELIVERIES_PER_CLAIM,
        now,
        leaseEndsAt: addSeconds(now, this.leaseSeconds),
        latestDueAt: addSeconds(now, LONGEST_RETRY_SECONDS),
      });
      total += claimed.length;
      await this.deliverAll(claimed, addSeconds(now, BEGINNING_SECONDS));
      if (claimed.length < MAX_DELIVERIES_PER_CLAIM) break;
    }
    return total;
  }

  private async workWhileNudged(): Promise<void> {
    while (this.isNudged && !this.isStopped) {
      this.isNudged = false;
      try {
        await this.deliverDue();
      } catch (error) {
        this.logger.warn(`Nothing is delivered to ${this.consumer.name}: ${reasonOf(error)}`);
      }
      if (this.isNudged) await setTimeout(this.gatheringMilliseconds);
    }
    this.work = null;
  }

  /** What concerns one subject goes in turn, several subjects at once; first what goes together. */
  private async deliverAll(claimed: readonly ClaimedDelivery[], lastStartAt: Date): Promise<void> {
    const taken = await this.takenTogether(claimed);
    const turns = bySubject(claimed.filter((delivery) => !taken.includes(delivery))).values();
    const complete = async () => {
      const some = taken.splice(0);
      if (some.length > 0) await this.settle(some, () => this.outbox.complete(some));
    };
    let settledAt = this.clock.elapsedMilliseconds();
    const deliverTurns = async () => {
      for (const turn of turns) {
        taken.push(...(await this.unlessSlow(this.deliverInTurn(turn, lastStartAt))));
        const now = this.clock.elapsedMilliseconds();
        if (now < settledAt + SETTLE_AFTER_MILLISECONDS) continue;
        settledAt = now;
        await complete();
      }
    };
    await Promise.all(Array.from({ length: MAX_DELIVERIES_AT_ONCE }, deliverTurns));
    await complete();
  }

  /** @returns those that were taken; none where they are slow, and are settled apart */
  private async unlessSlow(delivering: Promise<ClaimedDelivery[]>): Promise<ClaimedDelivery[]> {
    if (!(await this.slow.includes(delivering))) return delivering;
    const complete = (taken: ClaimedDelivery[]) =>
      this.settle(taken, () => this.outbox.complete(taken));
    this.slow.leave(delivering.then(complete));
    return [];
  }

  /** Never rejects: what was not taken together, for whatever reason, is delivered singly. */
  private async takenTogether(claimed: readonly ClaimedDelivery[]): Promise<ClaimedDelivery[]> {
    if (this.isStopped || this.consumer.takeTogether === undefined) return [];
    try {
      const readable = claimed.flatMap(opened);
      if (readable.length === 0) return [];
      const taking = this.consumer.takeTogether(readable.map(([one]) => one));
      const taken = await rejectAfter(this.deliveryTimeoutMilliseconds, taking);
      return readable.flatMap(([one, its]) => (taken.includes(one) ? [its] : []));
    } catch (error) {
      this.logger.warn(`${this.consumer.name} took nothing together: ${reasonOf(error)}`);
      return [];
    }
  }

  /**
   * Begins none that could outlive its lease: it would be delivered twice at once. Whoever asks next
   * is given those.
   *
   * @returns those that were taken
   */
  private async deliverInTurn(
    deliveries: readonly ClaimedDelivery[],
    lastStartAt: Date,
  ): Promise<ClaimedDelivery[]> {
    const taken: ClaimedDelivery[] = [];
    for (const delivery of deliveries) {
      const now = this.clock.now();
      if (this.isStopped || now > lastStartAt) {
        await this.settle([delivery], () => this.outbox.retryAt(delivery, now));
        continue;
      }
      const outcome = await this.outcomeOf(delivery);
      if (outcome === 'taken') taken.push(delivery);
      else if (outcome === 'refused') await this.settle([delivery], () => this.giveUp(delivery));
      else await this.settle([delivery], () => this.putOff(delivery, outcome));
    }
    return taken;
  }

  /** Never rejects: what cannot be settled is claimed again once its lease has ended. */
  private async settle(
    deliveries: readonly ClaimedDelivery[],
    write: () => Promise<void>,
  ): Promise<void> {
    try {
      await write();
    } catch (error) {
      const ids = deliveries.map(({ id }) => id).join(', ');
      this.logger.warn(`Left as it is for now: ${ids}: ${reasonOf(error)}`);
    }
  }

  private async outcomeOf(
    delivery: ClaimedDelivery,
  ): Promise<'taken' | 'refused' | 'failed' | DeliveryPostponed> {
    try {
      const taking = this.consumer.deliver(open(delivery));
      await rejectAfter(this.deliveryTimeoutMilliseconds, taking);
      return 'taken';
    } catch (error) {
      if (error instanceof DeliveryPostponed) return error;
      const isForGood = error instanceof DeliveryRefused;
      this.logger.warn(`${this.consumer.name} did not take ${delivery.id}: ${reasonOf(error)}`);
      return isForGood ? 'refused' : 'failed';
    }
  }

  private async putOff(
    delivery: ClaimedDelivery,
    outcome: 'failed' | DeliveryPostponed,
  ): Promise<void> {
    const now = this.clock.now();
    const nextAt =
      outcome === 'failed' ? addSeconds(now, retrySecondsAfter(delivery.attempts)) : outcome.until;
    const isHopeless = nextAt > addSeconds(delivery.createdAt, GIVE_UP_SECONDS);
    if (!isHopeless) return this.outbox.retryAt(delivery, nextAt);
    await this.giveUp(delivery);
  }

  private async giveUp(delivery: ClaimedDelivery): Promise<void> {
    this.logger.error(`${this.consumer.name} never took ${delivery.id}: it is given up.`);
    await this.outbox.giveUp(delivery, this.clock.now());
  }
}

/** Twice as long after each try, up to an hour. */
function retrySecondsAfter(attempts: number): number {
  return Math.min(FIRST_RETRY_SECONDS * 2 ** (attempts - 1), LONGEST_RETRY_SECONDS);
}
