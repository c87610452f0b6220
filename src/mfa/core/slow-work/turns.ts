/** Those that wait under one name, and the round in which they come next. */
export interface Queue {
  waiting: number;
  /** It may have passed: then they come before all that begin to wait now. */
  nextRound: number;
}

/**
 * Who has had a turn, in rounds: whoever had one has the next in a later round. Nobody saves turns up:
 * whoever begins to wait does so in the round that goes on.
 */
export class Turns {
  private readonly queues = new Map<string, Queue>();

  /** Adds one to those that wait under the name. */
  join(name: string, round: number): Queue {
    const queue = this.queues.get(name) ?? { waiting: 0, nextRound: round };
    // A round that passes takes nobody's place.
    if (queue.waiting === 0) queue.nextRound = Math.max(queue.nextRound, round);
    queue.waiting += 1;
    this.queues.set(name, queue);
    return queue;
  }

  /** Forgets whoever waits for nothing, and would begin with this round anyway. */
  forgetBefore(round: number): void {
    for (const [name, { waiting, nextRound }] of this.queues) {
      if (waiting === 0 && nextRound <= round) this.queues.delete(name);
    }
  }
}

/** When each of a few names was attended to lately: had a turn, or was turned away with all that it had waiting. */
export class Attendance {
  /** The one attended to longest ago comes first. */
  private readonly attended = new Map<string, number>();
  private count = 0;

  /** @param most so many names are remembered */
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
