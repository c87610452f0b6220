import { Clock, addSeconds } from '../kit/clock.js';

/** A clock that stands still until a test moves it. */
export class FakeClock extends Clock {
  private instant: Date;

  /** @param start where the clock stands at first; a fixed instant unless told */
  constructor(start: Date = new Date('2026-01-01T12:00:00.000Z')) {
    super();
    this.instant = start;
  }

  now(): Date {
    return new Date(this.instant);
  }

  /** Moves on, or back with a negative number. */
  advance({ seconds }: { readonly seconds: number }): void {
    this.instant = addSeconds(this.instant, seconds);
  }

  /** Moves to an instant. */
  set(instant: Date): void {
    this.instant = instant;
  }
}
