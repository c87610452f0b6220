import { Injectable } from '@nestjs/common';
import { Clock } from '../../contract/clock.js';
import { BackupCodes, type CodesAsker } from '../ceremony/backup-codes.js';
import { ChangeLog, type ChangeOccasion } from '../reversal/change-log.js';
import { type MfaEvent } from '../ports/events.js';
import {
  BackupCodeStore,
  type MethodRecord,
  type StoredBackupCodes,
  type Transaction,
  UnitOfWork,
} from '../ports/stores.js';

/** A new set of backup codes: shown once, stored as hashes under the name of what issues it. */
export interface IssuedBackupCodes extends Omit<StoredBackupCodes, 'id'> {
  readonly shown: readonly string[];
}

/** Makes sets of backup codes, and kills those that somebody else has seen. */
@Injectable()
export class BackupCodeIssuer {
  constructor(
    private readonly backupCodes: BackupCodeStore,
    private readonly codes: BackupCodes,
    private readonly log: ChangeLog,
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /**
   * Whether a set-up brings a new set: for a subject without an active method. Any older one was never
   * live, and its codes may never have been seen, for example when a mail failed. Once a method is
   * active, new codes take the proof of one: a set-up asks for none.
   */
  isDue(methods: readonly MethodRecord[]): boolean {
    return !methods.some(({ isActive }) => isActive);
  }

  /**
   * A new set, whatever the subject has. It takes turns with others: draw it before you hold a lock.
   *
   * @throws {MfaError} `rate_limited` where too many are waited for
   */
  async draw(asker: CodesAsker, at: Date = this.clock.now()): Promise<IssuedBackupCodes> {
    const shown = this.codes.draw();
    return { shown, codes: await this.codes.seal(asker, shown), at };
  }

  /**
   * Deletes a set that was shown to nobody; any other one stays. It is not logged, and nothing tells of
   * it: nobody can miss its codes, and none may come back.
   */
  async withdraw(subjectId: string, setId: string): Promise<void> {
    await this.unitOfWork.runForAccount(
      subjectId,
      (transaction) => this.backupCodes.deleteSet(subjectId, setId, transaction),
      'unbounded',
    );
  }

  /**
   * Kills a set that another session was shown, before the first method makes it live: whoever had the
   * password beside the owner would otherwise hold a second factor [compare CVE-2022-36071].
   *
   * @returns what tells of it
   */
  async discardForeign(
    occasion: ChangeOccasion,
    methods: readonly MethodRecord[],
    transaction: Transaction,
  ): Promise<readonly MfaEvent[]> {
    if (methods.some((method) => method.isActive)) return [];
    const { subject, sessionId } = occasion;
    const set = await this.backupCodes.count(subject.id, transaction);
    const shownBy = methods
      .flatMap(({ authenticators }) => authenticators)
      .find(({ id }) => id === set.id);
    return shownBy?.setUpIn === sessionId ? [] : this.log.discardBackupCodes(occasion, transaction);
  }
}
