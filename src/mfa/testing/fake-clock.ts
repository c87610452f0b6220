import { Clock, addSeconds } from '../contract/clock.js';

/** A clock that stands still until a test moves it. */
export class FakeClock extends Clock {
  private instant: Date;
  private elapsed = 0;

  /** @param start where the clock stands at first; a fixed instant unless told */
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

  /** Moves on, as time goes by; or back with a negative number, as a clock that is corrected. */
  advance({ seconds }: { readonly seconds: number }): void {
    this.elapsed += Math.max(0, seconds) * 1000;
    this.instant = addSeconds(this.instant, seconds);
  }

  /** Moves to an instant, as a clock that is corrected: no time goes by. */
  set(instant: Date): void {
    this.instant = instant;
  }
}
