import { type Logger } from '@nestjs/common';
import { MfaError } from '../../mfa/index.js';

/**
 * How many tasks run at once, and how many more may wait. Each holds the strings of a request and
 * needs a connection.
 */
export const BACKGROUND_LIMITS = { atOnce: 100, mostWaiting: 1000 };

/** Work that answers do not wait for as long as there is room. A server that stops waits for it. */
export class BackgroundWork {
  private readonly underWay = new Set<Promise<void>>();
  private readonly waiting: (() => void)[] = [];

  /** @param what completes "… was not recorded", for the log */
  constructor(
    private readonly what: string,
    private readonly logger: Logger,
    private readonly limits: typeof BACKGROUND_LIMITS = BACKGROUND_LIMITS,
  ) {}

  /**
   * Starts a task and logs its failure. No task is dropped: if too many are under way, the caller
   * waits until this one has begun, whatever the task is.
   *
   * @returns once the task has begun
   * @throws {MfaError} `unavailable` when too many wait already; then the task is not begun
   */
  async begin(task: () => Promise<void>): Promise<void> {
    const { atOnce, mostWaiting } = this.limits;
    if (this.underWay.size < atOnce) return this.start(task);
    if (this.waiting.length >= mostWaiting) throw new MfaError('unavailable');
    await new Promise<void>((begun) => {
      this.waiting.push(() => {
        this.start(task);
        begun();
      });
    });
  }

  /** Resolves when all tasks, begun or waiting, have ended. */
  async settled(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  private start(task: () => Promise<void>): void {
    const work = task()
      .catch((error: unknown) =>
        this.logger.error(`${this.what} was not recorded: ${String(error)}`),
      )
      .finally(() => {
        this.underWay.delete(work);
        this.waiting.shift()?.();
      });
    this.underWay.add(work);
  }
}
