import {
  EventConsumer,
  type EventDelivery,
  type RecordedEvent,
} from '../../src/mfa/core/ports/event-consumer.js';
import { type Claim, type ClaimedDelivery, OutboxStore } from '../../src/mfa/core/events/outbox.js';

/** Accepts every delivery, unless a test changes that. */
export class Recipient extends EventConsumer {
  readonly name = 'recipient';
  readonly taken: string[] = [];
  before: (delivery: EventDelivery) => Promise<void> = async () => {};
  after: (delivery: EventDelivery) => unknown = () => {};

  wants(): boolean {
    return true;
  }

  async deliver(delivery: EventDelivery): Promise<void> {
    await this.before(delivery);
    this.taken.push(delivery.id);
    this.after(delivery);
  }
}

interface Row {
  readonly id: string;
  readonly subjectId: string;
  readonly createdAt: Date;
  attempts: number;
  dueAt: Date;
  isGivenUp: boolean;
}

/** Keeps deliveries in memory, in the order in which they were added. */
export class KeptDeliveries extends OutboxStore {
  rows: Row[] = [];
  readonly claims: Claim[] = [];
  unreadable: string | null = null;

  add(id: string, at: Date, subjectId = 'ada'): void {
    const row = { id, subjectId, createdAt: at, attempts: 0, dueAt: at, isGivenUp: false };
    this.rows.push(row);
  }

  async claim(claim: Claim): Promise<ClaimedDelivery[]> {
    this.claims.push(claim);
    const due = this.rows.filter(({ dueAt, isGivenUp }) => dueAt <= claim.now && !isGivenUp);
    return due.slice(0, claim.maxDeliveries).map((row) => {
      row.attempts += 1;
      row.dueAt = claim.leaseEndsAt;
      return { ...row, read: () => this.read(row.id) };
    });
  }

  readonly completed: string[][] = [];

  async complete(deliveries: readonly ClaimedDelivery[]): Promise<void> {
    const ids = deliveries.map(({ id }) => id);
    this.completed.push(ids);
    this.rows = this.rows.filter((row) => !ids.includes(row.id));
  }

  async retryAt({ id }: ClaimedDelivery, at: Date): Promise<void> {
    for (const row of this.rows) if (row.id === id) row.dueAt = at;
  }

  async giveUp({ id }: ClaimedDelivery): Promise<void> {
    for (const row of this.rows) if (row.id === id) row.isGivenUp = true;
  }

  private read(id: string): RecordedEvent {
    if (id === this.unreadable) throw new TypeError('No key opens it.');
    // No test looks at it.
    return {} as RecordedEvent;
  }
}
