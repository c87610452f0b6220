import { setTimeout } from 'node:timers/promises';

/** Slow deliveries of one consumer that may run beside the others. */
const MOST_SLOW = 8;

/** The slow deliveries of one consumer. They run on by themselves and delay no others. */
export class SlowDeliveries {
  private readonly underWay = new Set<Promise<void>>();

  /** @param afterSeconds after which a delivery is slow; undefined: never */
  constructor(private readonly afterSeconds: number | undefined) {}

  /** Whether the work is slow and there is room for one more slow delivery. */
  async includes(work: Promise<unknown>): Promise<boolean> {
    if (this.afterSeconds === undefined) return false;
    const end = new AbortController();
    const timer = setTimeout(this.afterSeconds * 1000, null, { signal: end.signal });
    await Promise.race([work, timer]);
    end.abort();
    return (await isPending(work)) && this.underWay.size < MOST_SLOW;
  }

  /** @param work never rejects */
  leave(work: Promise<void>): void {
    const ended: Promise<void> = work.then(() => void this.underWay.delete(ended));
    this.underWay.add(ended);
  }

  /** Resolves when all slow deliveries under way have ended. */
  async settled(): Promise<void> {
    await Promise.all(this.underWay);
  }
}

async function isPending(work: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  return (await Promise.race([work, Promise.resolve(pending)])) === pending;
}
