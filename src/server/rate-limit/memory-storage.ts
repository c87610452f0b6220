import { type ThrottlerStorage } from '@nestjs/throttler';
import { type Clock } from '../../mfa/index.js';
import { requestCount, type RequestCount } from './request-count.js';

/**
 * Counts in the memory of this process. All clients share one window and are forgotten when it
 * ends, so that a stream of new clients does not fill the memory and no client needs a timer. The
 * clock is monotonic: a correction of the time changes no window.
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
