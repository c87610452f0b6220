import { Injectable, Logger } from '@nestjs/common';
import { reasonOf } from '../../contract/reason-of.js';

/** Gives back attempts that were counted and then neither judged wrong nor forgiven. */
@Injectable()
export class UnjudgedAttempts {
  private readonly logger = new Logger(UnjudgedAttempts.name);

  /**
   * Runs the work that follows the counting of an attempt. Whatever it throws, the attempt is given back,
   * unless the work has settled it: judged it wrong, or forgiven it by a commit.
   *
   * @param giveBack its rejection is logged, and does not hide the outcome of `work`
   * @param work calls `settle` as soon as the attempt is settled
   */
  async giveBackAfter<T>(
    giveBack: () => Promise<void>,
    work: (settle: () => void) => Promise<T>,
  ): Promise<T> {
    let isSettled = false;
    try {
      return await work(() => {
        isSettled = true;
      });
    } finally {
      if (!isSettled) await giveBack().catch((error) => this.report(error));
    }
  }

  private report(error: unknown): void {
    this.logger.error(`An attempt that was not judged stays counted: ${reasonOf(error)}`);
  }
}
