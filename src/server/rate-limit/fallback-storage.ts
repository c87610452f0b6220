import { type LoggerService } from '@nestjs/common';
import { type ThrottlerStorage } from '@nestjs/throttler';
import { type Clock } from '../../mfa/index.js';
import { MemoryStorage } from './memory-storage.js';
import { type RequestCount } from './request-count.js';

/** Three processes, as docker-compose.yml starts, then together allow the whole limit. */
const STRICTER_BY = 3;
/** Longer than the wait for Redis, so that almost no later request waits. */
const RETRY_AFTER_MILLISECONDS = 2000;

/** The shared storage, and what the fallback needs. */
export interface FallbackParts {
  readonly shared: ThrottlerStorage;
  readonly clock: Clock;
  readonly logger: Pick<LoggerService, 'log' | 'warn'>;
}

/**
 * Counts in the shared storage. While that is unreachable, full or a replica, this process counts
 * by itself and allows a third of the limit, at least 1; from time to time one request tries the
 * shared storage. Requests that the shared storage allows are counted here too, so that its outage
 * gives nobody a second share.
 */
export class FallbackStorage implements ThrottlerStorage {
  private readonly own: MemoryStorage;
  /** By the monotonic clock; null while the shared storage is believed to count. */
  private nextTryAtMilliseconds: number | null = null;

  constructor(private readonly parts: FallbackParts) {
    this.own = new MemoryStorage(parts.clock);
  }

  async increment(
    client: string,
    windowMilliseconds: number,
    limit: number,
    ...rest: [blockMilliseconds: number, throttlerName: string]
  ): Promise<RequestCount> {
    const own = await this.own.increment(client, windowMilliseconds, stricter(limit));
    const { nextTryAtMilliseconds } = this;
    const isTrial = nextTryAtMilliseconds !== null;
    if (isTrial && this.parts.clock.elapsedMilliseconds() < nextTryAtMilliseconds) return own;
    if (isTrial) this.waitForNextTry();
    try {
      const count = await this.parts.shared.increment(client, windowMilliseconds, limit, ...rest);
      // Only a trial counts as recovery: a late answer to an older request does not show that the
      // next one comes.
      if (isTrial) this.tellOfReturn();
      return count;
    } catch (error) {
      this.tellOfAbsence(error);
      return own;
    }
  }

  private waitForNextTry(): void {
    this.nextTryAtMilliseconds = this.parts.clock.elapsedMilliseconds() + RETRY_AFTER_MILLISECONDS;
  }

  private tellOfAbsence(error: unknown): void {
    if (this.nextTryAtMilliseconds !== null) return;
    this.waitForNextTry();
    this.parts.logger.warn(
      `Redis does not count (${reasonOf(error)}): until it does, this process counts requests by itself, with a third of the limit.`,
    );
  }

  private tellOfReturn(): void {
    if (this.nextTryAtMilliseconds === null) return;
    this.nextTryAtMilliseconds = null;
    this.parts.logger.log('Redis counts again: requests are counted over all processes.');
  }
}

function stricter(limit: number): number {
  return Math.max(1, Math.floor(limit / STRICTER_BY));
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
