import pLimit, { type LimitFunction } from 'p-limit';
import { MfaError } from '../core/errors.js';

/** How much of some slow work is done at once, and how much may wait. */
export interface SlowWorkLimits {
  readonly atOnce: number;
  readonly mostWaiting: number;
}

/** Whoever is turned away may come back after a good part of the line is gone. */
const RETRY_AFTER_SECONDS = 2;

/**
 * A line for slow hashes. Each of them holds a thread of the few in which tokens are signed and
 * checked, too: a crowd that wants hashes waits for itself, not all others for the crowd. Where the
 * line is full, whoever comes is told so at once, and nobody waits for long.
 */
export class SlowWork {
  private readonly inTurn: LimitFunction;

  constructor(private readonly limits: SlowWorkLimits) {
    this.inTurn = pLimit(limits.atOnce);
  }

  /** @throws {MfaError} `rate_limited` where too much waits already */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.inTurn.pendingCount >= this.limits.mostWaiting) {
      throw new MfaError('rate_limited', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
    return this.inTurn(work);
  }
}
