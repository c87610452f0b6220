import { Injectable } from '@nestjs/common';

/** The source of time. All code takes the time from it, so that a test can move it. */
export abstract class Clock {
  /** The present instant. A correction of the clock moves it, also backwards. */
  abstract now(): Date;
  /** Milliseconds since an unspecified moment. They never decrease, because no correction of the clock moves them. */
  abstract elapsedMilliseconds(): number;
}

/** The machine's own clock. */
@Injectable()
export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }

  elapsedMilliseconds(): number {
    return performance.now();
  }
}

/** Adds `seconds`, which may be negative, to `instant`. */
export function addSeconds(instant: Date, seconds: number): Date {
  return new Date(instant.getTime() + seconds * 1000);
}

/** Whole seconds from `from` to `until`, rounded up, and at least 1: `Retry-After` takes no 0. */
export function secondsUntil(until: Date, from: Date): number {
  return Math.max(1, Math.ceil((until.getTime() - from.getTime()) / 1000));
}
