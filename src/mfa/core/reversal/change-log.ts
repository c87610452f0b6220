import { Injectable } from '@nestjs/common';
import { RandomSource } from '../../contract/random.js';
import { type Actor } from '../access/actor.js';
import { type ChangeSubject, ChangeStore, type LoggedChange } from './changes.js';
import { type MfaEvent } from '../ports/events.js';
import { HostPorts } from '../ports/host-ports.js';
import { type Subject } from '../../contract/handler.js';
import { BackupCodeStore, type Transaction } from '../ports/stores.js';

/** Who changes which factor, from where, when and in which session; all that is done at once has one. */
export interface ChangeOccasion extends Pick<MfaEvent, 'subject' | 'factor' | 'client' | 'at'> {
  /** {@link MfaEvent.changeId} of all the events that tell of it. */
  readonly changeId: string;
  /** {@link Actor.sessionId} */
  readonly sessionId: string | null;
}

/** Who changes which factor. */
interface Change {
  readonly actor: Pick<Actor, 'sessionId' | 'client'>;
  readonly subject: Subject;
  readonly factor: string | null;
}

/** Where a change goes in the log, and what it is about. */
interface Entry {
  readonly occasion: ChangeOccasion;
  readonly about: ChangeSubject;
  /** Absent: {@link ChangeOccasion.changeId}. */
  readonly id?: string;
}

/** Of an entry that remembers what is repudiated. */
const REPUDIATED = 'change_repudiated' as const;

/** What is logged of a subject. */
export interface ChangeHistory {
  readonly changes: readonly LoggedChange[];
  /** Ids of the changes, authenticators and sets of backup codes that its owner has repudiated. */
  readonly repudiated: ReadonlySet<string>;
}

/** What became of a subject's log by a link. */
export interface Settlement {
  readonly undone: readonly string[];
  /** Of {@link ChangeHistory.repudiated}, those that are new. */
  readonly repudiated: readonly string[];
  readonly at: Date;
}

/** Logs changes of factors, so that their owner can repudiate them. */
@Injectable()
export class ChangeLog {
  constructor(
    private readonly changes: ChangeStore,
    private readonly backupCodes: BackupCodeStore,
    private readonly host: HostPorts,
    private readonly random: RandomSource,
  ) {}

  /** A change that is about to be made. */
  occasion({ actor, subject, factor }: Change, at: Date): ChangeOccasion {
    const { client, sessionId } = actor;
    return { changeId: this.random.rowId(), subject, factor, client, sessionId, at };
  }

  /**
   * Logs what is about to change, as it is now; the account is locked.
   *
   * @returns what tells of what the host has changed with it
   */
  async record(
    { type, target }: Pick<MfaEvent, 'type' | 'target'>,
    { occasion, about, id = occasion.changeId }: Entry,
    transaction: Transaction,
  ): Promise<readonly MfaEvent[]> {
    const { subject, client, sessionId, factor, at } = occasion;
    const change = { id, subjectId: subject.id, sessionId, type, factor, target, at };
    await this.changes.record(change, about, transaction);
    const told = { type, subject, sessionId, client, at };
    return (await this.host.factorChanges?.onFactorChange(told, transaction)) ?? [];
  }

  /** All that is logged of a subject, in the order in which it was done. */
  async read(subjectId: string, transaction: Transaction): Promise<ChangeHistory> {
    const entries = await this.changes.list(subjectId, transaction);
    const remembered = entries.filter(({ type }) => type === REPUDIATED);
    return {
      changes: entries.filter(({ type }) => type !== REPUDIATED),
      repudiated: new Set(remembered.map(({ target }) => String(target))),
    };
  }

  /**
   * Takes out what was undone, and remembers what was repudiated for as long as another link could
   * bring any of it back.
   */
  async settle(
    subjectId: string,
    { undone, repudiated, at }: Settlement,
    transaction: Transaction,
  ): Promise<void> {
    await this.changes.remove(subjectId, undone, transaction);
    const told = { subjectId, sessionId: null, type: REPUDIATED, factor: null, at };
    const entries = repudiated.map((target) => ({ ...told, id: this.random.rowId(), target }));
    await this.changes.recordBare(entries, transaction);
  }

  /**
   * Kills every backup code of a subject while they are live, and logs the set.
   *
   * @returns what tells of it; nothing where no code was left that could die
   */
  async revokeBackupCodes(
    occasion: ChangeOccasion,
    transaction: Transaction,
  ): Promise<readonly MfaEvent[]> {
    const { total } = await this.backupCodes.count(occasion.subject.id, transaction);
    if (total === 0) return [];
    const about = { kind: 'backup_codes' } as const;
    const id = this.random.rowId();
    const type = 'backup_codes_revoked' as const;
    const further = await this.record({ type }, { occasion, about, id }, transaction);
    return [...(await this.discardBackupCodes(occasion, transaction)), ...further];
  }

  /**
   * Kills every backup code of a subject without an active method. They were never live, so they are
   * not logged: what undoing brings back works, and whoever saw them is not known.
   *
   * @returns as {@link revokeBackupCodes}
   */
  async discardBackupCodes(
    occasion: ChangeOccasion,
    transaction: Transaction,
  ): Promise<readonly MfaEvent[]> {
    const unspent = await this.backupCodes.deleteAll(occasion.subject.id, transaction);
    return revocationOf(occasion, unspent);
  }
}

/** What tells that so many codes died that were not spent. */
export function revocationOf(
  { subject, client, sessionId, changeId, at }: ChangeOccasion,
  codes: number,
): readonly MfaEvent[] {
  if (codes === 0) return [];
  const told = { subject, client, sessionId, changeId, at };
  return [{ ...told, type: 'backup_codes_revoked', factor: null, detail: { codes } }];
}
