import { Injectable } from '@nestjs/common';
import { MfaError } from '../../contract/errors.js';
import { type LineBound } from '../../core/ports/stores.js';

/**
 * How much is done for one account at once in this process, how much more may wait, and how long. Each
 * piece holds a connection, and may wait there for the account's lock.
 */
export const ACCOUNT_LINE_LIMITS = { atOnce: 3, mostWaiting: 64, waitSeconds: 5 } as const;

/** Whoever is turned away may come back when a lock that is held for long may be free. */
const RETRY_AFTER_SECONDS = 2;

interface Line {
  running: number;
  readonly waiting: (() => void)[];
}

/**
 * Has the work of one account wait before it takes a connection. All of it follows the account's lock
 * anyway; with a connection each, the requests of one account would keep the pool from all others.
 */
@Injectable()
export class AccountLine {
  private readonly lines = new Map<string, Line>();

  /**
   * Never ask for it while you hold a connection or are in the line already.
   *
   * @param bound `unbounded` for what must not be refused, such as a logout: it waits for as long as it takes
   * @throws {MfaError} `rate_limited` where too much waits for this account, or has waited for too long
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

  /** The place goes to whoever has waited longest. */
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
