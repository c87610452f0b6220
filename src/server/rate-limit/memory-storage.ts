import { type ThrottlerStorage } from '@nestjs/throttler';
import { type Clock } from '../../mfa/index.js';
import { requestCount, type RequestCount } from './request-count.js';

/**
 * Counts in the memory of this process. One window for everybody: it forgets all clients when it
 * ends, so that a stream of new ones does not fill the memory, and no timer is kept for any. A
 * correction of the time makes no window longer, and none shorter.
 */
export class MemoryStorage implements ThrottlerStorage {
  private hits = new Map<string, number>();
  private windowEndsAtMilliseconds = -Infinity;

  constructor(private readonly clock: Clock) {}

  increment(client: string, windowMilliseconds: number, limit: number): Promise<RequestCount> {
    const now = this.clock.elapsedMilliseconds();
    if (now >= this.windowEndsAtMilliseconds) this.open(now + windowMilliseconds);
    const hits = (this.hits.get(client) ?? 0) + 1;
    this.hits.set(client, hits);
    const leftMilliseconds = this.windowEndsAtMilliseconds - now;
    return Promise.resolve(requestCount({ hits, limit, leftMilliseconds }));
  }

  private open(endsAtMilliseconds: number): void {
    this.hits = new Map();
    this.windowEndsAtMilliseconds = endsAtMilliseconds;
  }
}
