/** The requests that wait under one name, and the round of their next turn. */
export interface Queue {
  waiting: number;
  /** Where it is past, they go before all that begin to wait now. */
  nextRound: number;
}

/**
 * Counts turns in rounds: a name that had a turn has the next one in a later round. Turns cannot be saved
 * up: a name that begins to wait joins the present round.
 */
export class Turns {
  private readonly queues = new Map<string, Queue>();

  /** Adds a request to those that wait under the name. */
  join(name: string, round: number): Queue {
    const queue = this.queues.get(name) ?? { waiting: 0, nextRound: round };
    // Requests that wait already keep their place while rounds pass.
    if (queue.waiting === 0) queue.nextRound = Math.max(queue.nextRound, round);
    queue.waiting += 1;
    this.queues.set(name, queue);
    return queue;
  }

  /** Forgets the names that wait for nothing and would begin in this round anyway. */
  forgetBefore(round: number): void {
    for (const [name, { waiting, nextRound }] of this.queues) {
      if (waiting === 0 && nextRound <= round) this.queues.delete(name);
    }
  }
}

/** When a name was last attended to: it had a turn, or the last request that it had in the line was refused. */
export class Attendance {
  /** The longest ago first. */
  private readonly attended = new Map<string, number>();
  private count = 0;

  /** @param most how many names are remembered */
  constructor(private readonly most: number) {}

  /** The higher, the later; 0 where nothing is remembered. */
  of(name: string): number {
    return this.attended.get(name) ?? 0;
  }

  add(name: string): void {
    this.count += 1;
    this.attended.delete(name);
    this.attended.set(name, this.count);
    const [oldest] = this.attended.keys();
    if (this.attended.size > this.most && oldest !== undefined) this.attended.delete(oldest);
  }
}
