import { Injectable } from '@nestjs/common';
import { RandomSource } from '../../contract/random.js';
import { type Actor } from '../access/actor.js';
import { type ChangeSubject, ChangeStore, type LoggedChange } from './changes.js';
import { DeviceStore } from '../ports/devices.js';
import { type MfaEvent, type MfaEventType } from '../ports/events.js';
import { HostPorts } from '../ports/host-ports.js';
import { type Subject } from '../../contract/handler.js';
import { BackupCodeStore, type Transaction } from '../ports/stores.js';

/** Who changes which factor, from where, when and in which session. A request has one occasion. */
export interface ChangeOccasion extends Pick<MfaEvent, 'subject' | 'factor' | 'client' | 'at'> {
  /** {@link MfaEvent.changeId} of its events. */
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

/** An entry of the log, and what of the account it keeps. */
interface Entry {
  readonly occasion: ChangeOccasion;
  readonly about: ChangeSubject;
  /** Absent: {@link ChangeOccasion.changeId}. */
  readonly id?: string;
}

/** Changes of what people sign in with. No device is remembered beyond one. */
const FACTOR_CHANGES: readonly MfaEventType[] = [
  'method_activated',
  'method_deactivated',
  'method_deleted',
  'authenticator_added',
  'authenticator_removed',
  'backup_codes_issued',
  'backup_codes_revoked',
];

/** The type of entries that remember a repudiated id. */
const REPUDIATED = 'change_repudiated' as const;

/** The log of a subject. */
export interface ChangeHistory {
  readonly changes: readonly LoggedChange[];
  /** Ids of changes, authenticators and sets of backup codes that the owner has repudiated. */
  readonly repudiated: ReadonlySet<string>;
}

/** The outcome of a reversal for the log. */
export interface Settlement {
  readonly undone: readonly string[];
  /** Ids that are new to {@link ChangeHistory.repudiated}. */
  readonly repudiated: readonly string[];
  readonly at: Date;
}

/** Logs changes of factors, so that their owner can repudiate them. */
@Injectable()
export class ChangeLog {
  constructor(
    private readonly changes: ChangeStore,
    private readonly backupCodes: BackupCodeStore,
    private readonly devices: DeviceStore,
    private readonly host: HostPorts,
    private readonly random: RandomSource,
  ) {}

  /** The occasion of a change that is about to be made. */
  occasion({ actor, subject, factor }: Change, at: Date): ChangeOccasion {
    const { client, sessionId } = actor;
    return { changeId: this.random.rowId(), subject, factor, client, sessionId, at };
  }

  /**
   * Logs a change before it is made, with what it is about to change. The account is locked. A change of
   * factors ends every remembered device.
   *
   * @returns the events of the host's {@link FactorChangeHook}
   */
  async record(
    { type, target }: Pick<MfaEvent, 'type' | 'target'>,
    { occasion, about, id = occasion.changeId }: Entry,
    transaction: Transaction,
  ): Promise<readonly MfaEvent[]> {
    const { subject, client, sessionId, factor, at } = occasion;
    const change = { id, subjectId: subject.id, sessionId, type, factor, target, at };
    await this.changes.record(change, about, transaction);
    // Also where none is remembered by now: the setting may be switched on again.
    if (FACTOR_CHANGES.includes(type)) await this.devices.endAll(subject.id, transaction);
    const told = { type, subject, sessionId, client, at };
    return (await this.host.factorChanges?.onFactorChange(told, transaction)) ?? [];
  }

  /** The whole log of a subject, oldest first. */
  async read(subjectId: string, transaction: Transaction): Promise<ChangeHistory> {
    const entries = await this.changes.list(subjectId, transaction);
    const remembered = entries.filter(({ type }) => type === REPUDIATED);
    return {
      changes: entries.filter(({ type }) => type !== REPUDIATED),
      repudiated: new Set(remembered.map(({ target }) => String(target))),
    };
  }

  /**
   * Removes undone changes, and remembers repudiated ids for as long as another link could bring any of
   * them back.
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
   * Deletes a live set of backup codes, and logs it.
   *
   * @returns its events; none when there is no set
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
   * Deletes the backup codes of a subject without an active method. The set was never live and is not
   * logged: a reversal would make it live, and nobody knows who has seen it.
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

/** The event for a number of unspent codes that died; none for zero. */
export function revocationOf(
  { subject, client, sessionId, changeId, at }: ChangeOccasion,
  codes: number,
): readonly MfaEvent[] {
  if (codes === 0) return [];
  const told = { subject, client, sessionId, changeId, at };
  return [{ ...told, type: 'backup_codes_revoked', factor: null, detail: { codes } }];
}
