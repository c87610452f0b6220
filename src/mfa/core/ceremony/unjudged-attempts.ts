import { Injectable, Logger } from '@nestjs/common';
import { reasonOf } from '../../contract/reason-of.js';

/** Gives back attempts that were counted and then neither judged wrong nor forgiven. */
@Injectable()
export class UnjudgedAttempts {
  private readonly logger = new Logger(UnjudgedAttempts.name);

  /**
   * Runs what follows the counting of an attempt. Unless it says that the attempt is settled, judged
   * wrong or forgiven by a commit, the attempt is given back, whatever is thrown.
   *
   * @param giveBack a rejection is logged, and does not hide what `work` comes to
   * @param work is given what it calls as soon as the attempt is settled
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
