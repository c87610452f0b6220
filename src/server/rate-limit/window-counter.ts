import { addSeconds, type Clock } from '../../mfa/index.js';

/** How many are let pass in how long. */
export interface Window {
  readonly limit: number;
  readonly seconds: number;
}

/**
 * Counts by group, in the memory of this process. One window for everybody: it forgets all groups
 * when it ends, so that a stream of new groups does not fill the memory.
 */
export class WindowCounter {
  private counts = new Map<string, number>();
  private windowEndsAt = new Date(0);

  constructor(
    private readonly window: Window,
    private readonly clock: Clock,
  ) {}

  /** Counts one. Null: it may pass; else the seconds to wait, at least 1. */
  take(group: string): number | null {
    const now = this.clock.now();
    if (now >= this.windowEndsAt) this.open(now);
    const count = (this.counts.get(group) ?? 0) + 1;
    this.counts.set(group, count);
    if (count <= this.window.limit) return null;
    return Math.ceil((this.windowEndsAt.getTime() - now.getTime()) / 1000);
  }

  private open(now: Date): void {
    this.counts = new Map();
    this.windowEndsAt = addSeconds(now, this.window.seconds);
  }
}
