import { Injectable } from '@nestjs/common';
import { Clock } from '../kit/clock.js';
import { type Actor } from './actor.js';
import { BackupCodes } from './backup-codes.js';
import { type Subject } from './handler.js';
import {
  BackupCodeStore,
  type MethodRecord,
  MethodStore,
  type StoredBackupCode,
  type Transaction,
} from './stores.js';

/** Backup codes for one answer: shown once, stored as hashes. */
export interface IssuedBackupCodes {
  /** The new set; empty when the subject keeps the one that is live. */
  readonly shown: readonly string[];
  readonly sealed: readonly StoredBackupCode[];
  readonly remaining: number;
  /** When the set is said to be made. */
  readonly at: Date;
}

/** Makes sets of backup codes and puts them in the place of older ones. */
@Injectable()
export class BackupCodeIssuer {
  constructor(
    private readonly methods: MethodStore,
    private readonly backupCodes: BackupCodeStore,
    private readonly codes: BackupCodes,
    private readonly clock: Clock,
  ) {}

  /**
   * A new set for a subject without an active method. Any older one was never live, and its codes
   * may never have been seen, for example when a mail failed. Once a method is active, new codes
   * take the proof of one: a set-up asks for none.
   */
  async prepare(
    subject: Subject,
    methods: readonly MethodRecord[],
    transaction?: Transaction,
  ): Promise<IssuedBackupCodes> {
    const isOn = methods.some((method) => method.isActive);
    if (!isOn) return this.draw(subject);
    const { remaining } = await this.backupCodes.count(subject.id, transaction);
    return { shown: [], sealed: [], remaining, at: this.clock.now() };
  }

  /** A new set, whatever the subject has. */
  async draw(subject: Subject, at: Date = this.clock.now()): Promise<IssuedBackupCodes> {
    const shown = this.codes.draw();
    const sealed = await this.codes.seal(subject.id, shown);
    return { shown, sealed, remaining: shown.length, at };
  }

  /**
   * Kills a set that another session was shown, before the first method makes it live: whoever had the
   * password beside the owner would otherwise hold a second factor [compare CVE-2022-36071].
   */
  async discardForeign({ subjectId, sessionId }: Actor, transaction: Transaction): Promise<void> {
    const methods = await this.methods.list(subjectId, transaction);
    if (methods.some((method) => method.isActive)) return;
    const { createdAt } = await this.backupCodes.count(subjectId, transaction);
    const shownBy = methods
      .flatMap(({ authenticators }) => authenticators)
      .filter((one) => one.createdAt.getTime() === createdAt?.getTime());
    const isOwn = shownBy.length > 0 && shownBy.every((one) => one.setUpIn === sessionId);
    if (!isOwn) await this.backupCodes.deleteAll(subjectId, transaction);
  }

  /** Stores a new set in the place of the old one. */
  async store(
    subject: Subject,
    { sealed, at }: IssuedBackupCodes,
    transaction: Transaction,
  ): Promise<void> {
    await this.backupCodes.replaceAll(subject.id, sealed, at, transaction);
  }
}
