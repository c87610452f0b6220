import { type MfaOptions } from '../options/mfa.options.js';
import { type Authenticator } from '../ports/authenticators.js';
import { type MfaEvent } from '../ports/events.js';
import { GIVE_UP_SECONDS } from '../events/consumer-queue.js';
import {
  type ActivationFields,
  type MethodKey,
  type MethodRecord,
  type StoredBackupCode,
  type Transaction,
} from '../ports/stores.js';

/** A method as it was before a change. Its counts are restored too, so that a reversal refills no budget. */
export interface FormerMethod extends Omit<MethodRecord, 'subjectId'> {
  /** Consecutive wrong proofs. */
  readonly failures: number;
  /** Null: not locked. */
  readonly lockedUntil: Date | null;
}

/** A backup code as it was before a change. */
export interface FormerBackupCode extends StoredBackupCode {
  /** {@link StoredBackupCodes.id} */
  readonly setId: string;
  readonly createdAt: Date;
  /** Null: not spent. */
  readonly spentAt: Date | null;
}

/** A change of factors before it is logged. */
export interface NewChange
  extends Required<Pick<MfaEvent, 'type' | 'factor' | 'at'>>, Pick<MfaEvent, 'target'> {
  /** UUID; {@link MfaEvent.changeId} of its events. */
  readonly id: string;
  readonly subjectId: string;
  /** The host's session that made it; null without one. */
  readonly sessionId: string | null;
}

/** A logged change of factors. */
export interface LoggedChange extends NewChange {
  /** {@link RecordedEvent.seq} of the subject's last event when the change was logged; 0 without one. */
  readonly afterSeq: number;
  /** The method before the change; null when it concerns none, there was none, or it cannot be read. */
  readonly method: FormerMethod | null;
  /** The set that died by the change; null when none did, or it cannot be read. */
  readonly backupCodes: readonly FormerBackupCode[] | null;
}

/** The part of an account that a change is about, which the log keeps. */
export type ChangeSubject =
  | {
      readonly kind: 'method';
      /** {@link MethodRecord.id} */
      readonly id: string;
      /** Those of before, if the change has written to them already. Absent: the stored ones. */
      readonly authenticators?: readonly Authenticator[];
    }
  | { readonly kind: 'backup_codes' };

/** Port: keeps the changes of factors that their owner may still repudiate. */
export abstract class ChangeStore {
  /** Logs a change with the present state of its subject. Called before the change is made. */
  abstract record(change: NewChange, about: ChangeSubject, transaction: Transaction): Promise<void>;
  /** Logs changes of one subject, in order, without anything to restore. */
  abstract recordBare(changes: readonly NewChange[], transaction: Transaction): Promise<void>;
  /**
   * The log of a subject, oldest first. A change whose kept state cannot be read is reported and listed
   * without it, so that it hides no other change. {@link purge} does the same.
   */
  abstract list(subjectId: string, transaction: Transaction): Promise<readonly LoggedChange[]>;
  /** Removes changes from the log. */
  abstract remove(
    subjectId: string,
    ids: readonly string[],
    transaction: Transaction,
  ): Promise<void>;
  /**
   * Stores a former method, but not as the primary one. False when the subject has another one of its
   * handler.
   */
  abstract restoreMethod(
    subjectId: string,
    former: FormerMethod,
    transaction: Transaction,
  ): Promise<boolean>;
  /**
   * Undoes {@link MethodStore.deactivate}: exactly the authenticators that worked before work again. False
   * when the method is active or gone.
   */
  abstract reactivate(
    method: MethodKey,
    former: Pick<FormerMethod, ActivationFields>,
    transaction: Transaction,
  ): Promise<boolean>;
  /** Stores former backup codes, spent ones as spent. */
  abstract restoreBackupCodes(
    subjectId: string,
    codes: readonly FormerBackupCode[],
    transaction: Transaction,
  ): Promise<void>;
  /**
   * Removes changes that were logged up to a time.
   *
   * @param limit the number of changes at most
   * @returns the removed changes
   */
  abstract purge(before: Date, limit: number): Promise<readonly LoggedChange[]>;
}

/**
 * How long a change can be undone, in seconds. It includes the time for which the mail about the change may
 * be retried, so that its receiver always has the whole period to answer.
 */
export function undoableSeconds({ reversalSeconds }: Pick<MfaOptions, 'reversalSeconds'>): number {
  return reversalSeconds + GIVE_UP_SECONDS;
}

/** The authenticators that a change has removed. The handler disposes of them when the change is final. */
export function removedBy(
  { type, target }: Pick<LoggedChange, 'type' | 'target'>,
  { authenticators }: Pick<FormerMethod, 'authenticators'>,
): readonly Authenticator[] {
  if (type === 'method_deleted') return authenticators;
  if (type !== 'authenticator_removed') return [];
  return authenticators.filter(({ id }) => id === target);
}
