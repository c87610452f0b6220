import { Injectable } from '@nestjs/common';

/** Where time comes from. Everything that asks for the hour asks this, so a test can move it. */
export abstract class Clock {
  /** The present instant; a correction moves it, back too. */
  abstract now(): Date;
  /** Milliseconds since some moment, never fewer than before: no correction of the time moves them. */
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

/** `instant` moved by `seconds`, which may be negative. */
export function addSeconds(instant: Date, seconds: number): Date {
  return new Date(instant.getTime() + seconds * 1000);
}

/** Whole seconds from `from` until `until`, rounded up; at least 1, so that it can stand in `Retry-After`. */
export function secondsUntil(until: Date, from: Date): number {
  return Math.max(1, Math.ceil((until.getTime() - from.getTime()) / 1000));
}
