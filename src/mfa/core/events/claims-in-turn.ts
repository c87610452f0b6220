import { type Claim, type ClaimedDelivery, OutboxStore } from './outbox.js';

/** Two, so that a claim that hangs holds up no other consumer. */
const MAX_CLAIMS_AT_ONCE = 2;

/**
 * Lets the consumers of a process take turns to claim. All of them claim at the start and at each interval;
 * at the same moment, each claim would take a connection of its own from the requests.
 */
export class ClaimsInTurn extends OutboxStore {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly outbox: OutboxStore) {
    super();
  }

  async claim(claim: Claim): Promise<ClaimedDelivery[]> {
    if (this.running < MAX_CLAIMS_AT_ONCE) this.running += 1;
    else await new Promise<void>((begin) => this.waiting.push(begin));
    try {
      return await this.outbox.claim(claim);
    } finally {
      this.leave();
    }
  }

  complete(deliveries: readonly ClaimedDelivery[]): Promise<void> {
    return this.outbox.complete(deliveries);
  }

  retryAt(delivery: ClaimedDelivery, at: Date): Promise<void> {
    return this.outbox.retryAt(delivery, at);
  }

  giveUp(delivery: ClaimedDelivery, now: Date): Promise<void> {
    return this.outbox.giveUp(delivery, now);
  }

  /** The turn goes to the claim that has waited longest. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.running -= 1;
    else next();
  }
}
