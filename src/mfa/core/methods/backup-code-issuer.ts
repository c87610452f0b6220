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

/** A new set of backup codes, in plain text and as hashes. It has no id before it is stored. */
export interface IssuedBackupCodes extends Omit<StoredBackupCodes, 'id'> {
  readonly shown: readonly string[];
}

/** Draws sets of backup codes, and discards those that another session has seen. */
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
   * Whether a set-up issues a new set: yes without an active method. An older set was never live then, and
   * nobody may have seen it, for example when a mail failed. With an active method a new set needs a proof,
   * which a set-up does not ask for.
   */
  isDue(methods: readonly MethodRecord[]): boolean {
    return !methods.some(({ isActive }) => isActive);
  }

  /**
   * Draws a new set. Its slow hashes wait in line with others, so call it without holding a lock.
   *
   * @throws {MfaError} `rate_limited` when the line is too long
   */
  async draw(asker: CodesAsker, at: Date = this.clock.now()): Promise<IssuedBackupCodes> {
    const shown = this.codes.draw();
    return { shown, codes: await this.codes.seal(asker, shown), at };
  }

  /**
   * Deletes a set that nobody has seen, and no other one. It is neither logged nor told: nobody misses the
   * codes, and they must not come back.
   */
  async withdraw(subjectId: string, setId: string): Promise<void> {
    await this.unitOfWork.runForAccount(
      subjectId,
      (transaction) => this.backupCodes.deleteSet(subjectId, setId, transaction),
      'unbounded',
    );
  }

  /**
   * Discards a set that another session was shown, before the first method makes it live. Otherwise an
   * attacker with the password could keep a second factor [compare CVE-2022-36071].
   *
   * @returns its events
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
