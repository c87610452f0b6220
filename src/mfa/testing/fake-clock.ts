import { Clock, addSeconds } from '../contract/clock.js';

/** A clock that stands still until a test moves it. */
export class FakeClock extends Clock {
  private instant: Date;
  private elapsed = 0;

  /** @param start the first instant; absent: a fixed one */
  constructor(start: Date = new Date('2026-01-01T12:00:00.000Z')) {
    super();
    this.instant = start;
  }

  now(): Date {
    return new Date(this.instant);
  }

  elapsedMilliseconds(): number {
    return this.elapsed;
  }

  /** Moves forwards, as time does. A negative number moves it back, as a correction of a clock does. */
  advance({ seconds }: { readonly seconds: number }): void {
    this.elapsed += Math.max(0, seconds) * 1000;
    this.instant = addSeconds(this.instant, seconds);
  }

  /** Moves to an instant, as a correction of a clock does: no time passes. */
  set(instant: Date): void {
    this.instant = instant;
  }
}
