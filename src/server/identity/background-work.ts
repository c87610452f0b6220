import { type Logger } from '@nestjs/common';
import { MfaError } from '../../mfa/index.js';

/** How much is done at once, and how much more may wait: each piece holds a request's texts, and asks for a connection. */
export const BACKGROUND_LIMITS = { atOnce: 100, mostWaiting: 1000 };

/** Work that no answer waits for, while there is room for it; a server that stops does. */
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
   * Goes on with something; a failure is logged. None is dropped: where too much is under way, whoever
   * asks waits until it is begun, whatever it is about.
   *
   * @returns once it is begun
   * @throws {MfaError} `unavailable` where too many wait for that; it is not begun then
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

  /** Resolves when everything that was begun, or waited for that, has ended. */
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
