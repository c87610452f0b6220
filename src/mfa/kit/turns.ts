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
