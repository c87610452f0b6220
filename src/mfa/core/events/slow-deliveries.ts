import { setTimeout } from 'node:timers/promises';

/** So many slow ones of a consumer may be under way beside the others. */
const MOST_SLOW = 8;

/** Deliveries that are slow: they are left to themselves, and hold no others up. */
export class SlowDeliveries {
  private readonly underWay = new Set<Promise<void>>();

  /** @param afterSeconds absent: none is slow */
  constructor(private readonly afterSeconds: number | undefined) {}

  /** Whether work lasts for so long that the next may be begun, and few others do. */
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

  /** Resolves when all that are under way now have ended. */
  async settled(): Promise<void> {
    await Promise.all(this.underWay);
  }
}

async function isPending(work: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  return (await Promise.race([work, Promise.resolve(pending)])) === pending;
}
