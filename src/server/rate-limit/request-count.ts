import { type ThrottlerStorage } from '@nestjs/throttler';

/** The result of counting a request, with times in seconds. */
export type RequestCount = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/** The requests of a client in its window, and how long the window is still open. */
export interface Hits {
  readonly hits: number;
  readonly limit: number;
  readonly leftMilliseconds: number;
}

/** A blocked client waits for the end of its window, at least a second. */
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
