import { Injectable } from '@nestjs/common';
import { MfaError } from '../../contract/errors.js';
import { type LineBound } from '../../core/ports/stores.js';

/**
 * How many pieces of work run at once for one account in this process, how many more may wait, and
 * for how long. Each running piece holds a connection, on which it may wait for the account's lock.
 */
export const ACCOUNT_LINE_LIMITS = { atOnce: 3, mostWaiting: 64, waitSeconds: 5 } as const;

/** By then a lock that is held for long may be free. */
const RETRY_AFTER_SECONDS = 2;

interface Line {
  running: number;
  readonly waiting: (() => void)[];
}

/**
 * Makes the work of one account wait before it takes a connection. The account's lock serialises it
 * anyway; with a connection each, the waiting requests of one account would use up the pool for
 * everyone else.
 */
@Injectable()
export class AccountLine {
  private readonly lines = new Map<string, Line>();

  /**
   * Never call this while holding a connection or a place in the line: it would deadlock.
   *
   * @param bound `unbounded` for work that must not be refused, like a logout: it waits for as long
   *   as it takes
   * @throws {MfaError} `rate_limited` when too much waits for this account, or the work has waited
   *   too long
   */
  async run<T>(
    subjectId: string,
    work: () => Promise<T>,
    bound: LineBound = 'bounded',
  ): Promise<T> {
    const line = this.lines.get(subjectId) ?? { running: 0, waiting: [] };
    this.lines.set(subjectId, line);
    if (line.running < ACCOUNT_LINE_LIMITS.atOnce) line.running += 1;
    else if (bound === 'unbounded') await new Promise<void>((begin) => line.waiting.push(begin));
    else await placeIn(line);
    try {
      return await work();
    } finally {
      this.leave(subjectId, line);
    }
  }

  /** The place goes to the work that has waited longest. */
  private leave(subjectId: string, line: Line): void {
    const next = line.waiting.shift();
    if (next !== undefined) return next();
    line.running -= 1;
    if (line.running === 0) this.lines.delete(subjectId);
  }
}

/** Resolves when a place is handed over. */
function placeIn({ waiting }: Line): Promise<void> {
  const refusal = () => new MfaError('rate_limited', { retryAfterSeconds: RETRY_AFTER_SECONDS });
  const { mostWaiting, waitSeconds } = ACCOUNT_LINE_LIMITS;
  if (waiting.length >= mostWaiting) return Promise.reject(refusal());
  return new Promise((resolve, reject) => {
    const begin = () => {
      clearTimeout(end);
      resolve();
    };
    const end = setTimeout(() => {
      waiting.splice(waiting.indexOf(begin), 1);
      reject(refusal());
    }, waitSeconds * 1000);
    waiting.push(begin);
  });
}
