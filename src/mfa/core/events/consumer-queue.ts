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
/** Requests come first: deliveries leave them most of the database connections. */
const MAX_DELIVERIES_AT_ONCE = 4;
/** The pause between two claims under load, so that a claim finds more than one delivery. */
const GATHERING_MILLISECONDS = 100;
const DELIVERY_TIMEOUT_SECONDS = 15;
/** A server begins the deliveries of a claim within this time, and leaves the rest to other servers. */
const BEGINNING_SECONDS = 45;
/** A stopping server waits this long for the deliveries under way. */
const STOP_MILLISECONDS = 15_000;
const FIRST_RETRY_SECONDS = 5;
const LONGEST_RETRY_SECONDS = 3600;
/** A delivery that has failed for this long is given up. */
export const GIVE_UP_SECONDS = 3 * 86_400;

/** A batch with a slow delivery is settled in parts, so that a crash repeats less. */
const SETTLE_AFTER_MILLISECONDS = 1000;

/** Keeps the context of the request that recorded the event, such as its trace, out of its deliveries. */
const ownContext = new AsyncResource('ConsumerQueue');

/** Delivers the events of one consumer. A consumer that is slow or down delays no other. */
export class ConsumerQueue {
  private readonly logger = new Logger('Outbox');
  private deliveryTimeoutMilliseconds: number;
  private stopMilliseconds = STOP_MILLISECONDS;
  /** After this time other servers may claim the deliveries of a server that died. */
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

  /** Starts the delivery of what is due. Returns at once. */
  nudge(): void {
    if (this.isStopped) return;
    this.isNudged = true;
    this.work ??= ownContext.runInAsyncScope(() => this.workWhileNudged());
  }

  /** Begins no further delivery. Waits for those under way, for 15 seconds at most. */
  async stop(): Promise<void> {
    this.isStopped = true;
    // A delivery that takes longer is repeated when its lease has ended.
    const all = Promise.all([this.work, this.slow.settled()]);
    await rejectAfter(this.stopMilliseconds, all).catch(() => undefined);
  }

  /** Delivers everything that is due. @returns the number of deliveries claimed */
  async runOnce(): Promise<number> {
    const total = await this.deliverDue();
    await this.slow.settled();
    return total;
  }

  /** As {@link runOnce}, but does not wait for slow deliveries. */
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

  /** Offers the batch as a whole first. The rest goes in parallel by subject, in order within a subject. */
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

  /** @returns the deliveries that were taken; none when they are slow: those are settled later */
  private async unlessSlow(delivering: Promise<ClaimedDelivery[]>): Promise<ClaimedDelivery[]> {
    if (!(await this.slow.includes(delivering))) return delivering;
    const complete = (taken: ClaimedDelivery[]) =>
      this.settle(taken, () => this.outbox.complete(taken));
    this.slow.leave(delivering.then(complete));
    return [];
  }

  /** Never rejects: what is not taken together is delivered one by one. */
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
   * Begins no delivery that could outlive its lease, as two servers would then deliver it at once. The
   * next claim gets those.
   *
   * @returns the deliveries that were taken
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

  /** Never rejects: a delivery that cannot be settled is claimed again when its lease has ended. */
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

/** Doubles with each try, up to an hour. */
function retrySecondsAfter(attempts: number): number {
  return Math.min(FIRST_RETRY_SECONDS * 2 ** (attempts - 1), LONGEST_RETRY_SECONDS);
}
