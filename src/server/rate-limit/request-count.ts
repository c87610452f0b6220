import { type ThrottlerStorage } from '@nestjs/throttler';

/** What a storage says of a request that it has just counted; its times are in seconds. */
export type RequestCount = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/** How often a client has asked in a window that is still open for so long. */
export interface Hits {
  readonly hits: number;
  readonly limit: number;
  readonly leftMilliseconds: number;
}

/** A client that may not pass waits for the end of its window, at least a second. */
export function requestCount({ hits, limit, leftMilliseconds }: Hits): RequestCount {
  const leftSeconds = Math.max(1, Math.ceil(leftMilliseconds / 1000));
  const isBlocked = hits > limit;
  return {
    totalHits: hits,
    timeToExpire: leftSeconds,
    isBlocked,
    timeToBlockExpire: isBlocked ? leftSeconds : 0,
  };
}
