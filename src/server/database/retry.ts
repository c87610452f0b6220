import { setTimeout } from 'node:timers/promises';

const PAUSE_MILLISECONDS = 500;
const TRIES_PER_REPORT = 20;

/** How long to retry, at which errors, and how to report them. */
export interface Patience {
  /** 0: one try. */
  readonly limitSeconds: number;
  isTransientError(error: unknown): boolean;
  /** Called after the first failure, and then every ten seconds or so. */
  report(error: unknown): void;
}

/**
 * Tries something until it succeeds.
 *
 * @throws what the last try threw, once the time is over or the error is not transient
 */
export async function retry<T>(attempt: () => Promise<T>, patience: Patience): Promise<T> {
  const end = AbortSignal.timeout(patience.limitSeconds * 1000);
  const isOneTry = patience.limitSeconds === 0;
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (isOneTry || end.aborted || !patience.isTransientError(error)) throw error;
      if (tries % TRIES_PER_REPORT === 0) patience.report(error);
      await setTimeout(PAUSE_MILLISECONDS);
    }
  }
}
