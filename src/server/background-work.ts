import { type Logger } from '@nestjs/common';

/** Work that no answer waits for; a server that stops does. */
export class BackgroundWork {
  private readonly underWay = new Set<Promise<void>>();

  /** @param what completes "… was not recorded", for the log */
  constructor(
    private readonly what: string,
    private readonly logger: Logger,
  ) {}

  /** Goes on with something; a failure is logged. */
  begin(task: Promise<void>): void {
    const work = task
      .catch((error: unknown) =>
        this.logger.error(`${this.what} was not recorded: ${String(error)}`),
      )
      .finally(() => this.underWay.delete(work));
    this.underWay.add(work);
  }

  /** Resolves when everything that was begun has ended. */
  async settled(): Promise<void> {
    await Promise.all(this.underWay);
  }
}
