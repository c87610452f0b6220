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

/** A method as it was before a change. Its counts come back with it: undoing refills no budget. */
export interface FormerMethod extends Omit<MethodRecord, 'subjectId'> {
  /** Consecutive wrong proofs. */
  readonly failures: number;
  /** Null: it was not locked. */
  readonly lockedUntil: Date | null;
}

/** A backup code as it was before a change. */
export interface FormerBackupCode extends StoredBackupCode {
  /** {@link StoredBackupCodes.id} */
  readonly setId: string;
  readonly createdAt: Date;
  /** Null: it was not spent. */
  readonly spentAt: Date | null;
}

/** A change of factors before it is logged. */
export interface NewChange
  extends Required<Pick<MfaEvent, 'type' | 'factor' | 'at'>>, Pick<MfaEvent, 'target'> {
  /** UUID; {@link MfaEvent.changeId} of the events that tell of the change. */
  readonly id: string;
  readonly subjectId: string;
  /** The host's session that made it; null: in none, or the host keeps none. */
  readonly sessionId: string | null;
}

/** A change of factors that can still be undone. */
export interface LoggedChange extends NewChange {
  /** {@link RecordedEvent.seq} of the last event of the subject when it was logged; 0: there was none. */
  readonly afterSeq: number;
  /** The method that it was about; null: it was about none, there was none, or it cannot be read. */
  readonly method: FormerMethod | null;
  /** The set that it killed; null: it killed none, or it cannot be read. */
  readonly backupCodes: readonly FormerBackupCode[] | null;
}

/** What of an account a change is about, so that the log can keep it. */
export type ChangeSubject =
  | {
      readonly kind: 'method';
      /** {@link MethodRecord.id} */
      readonly id: string;
      /** As they were, where the change has written to them already; absent: as they are. */
      readonly authenticators?: readonly Authenticator[];
    }
  | { readonly kind: 'backup_codes' };

/** Port: keeps the changes of factors that their owner may still repudiate. */
export abstract class ChangeStore {
  /** Logs a change, with what it is about as that is now: to be called before it is made. */
  abstract record(change: NewChange, about: ChangeSubject, transaction: Transaction): Promise<void>;
  /** Logs changes of one subject, in their order, that have nothing to bring back. */
  abstract recordBare(changes: readonly NewChange[], transaction: Transaction): Promise<void>;
  /**
   * All that is logged of a subject, in the order in which it was done. What cannot be read of a change
   * is reported, and keeps none from being listed; {@link purge} does the same.
   */
  abstract list(subjectId: string, transaction: Transaction): Promise<readonly LoggedChange[]>;
  /** Takes changes out of the log. */
  abstract remove(
    subjectId: string,
    ids: readonly string[],
    transaction: Transaction,
  ): Promise<void>;
  /**
   * Stores a method as it was, but not as the primary one. False when there is another one of its
   * handler.
   */
  abstract restoreMethod(
    subjectId: string,
    former: FormerMethod,
    transaction: Transaction,
  ): Promise<boolean>;
  /**
   * Undoes {@link MethodStore.deactivate}: what worked before works again, and nothing else. False
   * when the method is active, or gone.
   */
  abstract reactivate(
    method: MethodKey,
    former: Pick<FormerMethod, ActivationFields>,
    transaction: Transaction,
  ): Promise<boolean>;
  /** Stores backup codes as they were, spent ones as spent. */
  abstract restoreBackupCodes(
    subjectId: string,
    codes: readonly FormerBackupCode[],
    transaction: Transaction,
  ): Promise<void>;
  /**
   * Takes what was logged up to a time out of the log.
   *
   * @param limit so many at most
   * @returns what was taken out
   */
  abstract purge(before: Date, limit: number): Promise<readonly LoggedChange[]>;
}

/**
 * How long a change can be undone, in seconds. Whoever is told of it last, because mails could not be
 * sent, has as long to answer.
 */
export function undoableSeconds({ reversalSeconds }: Pick<MfaOptions, 'reversalSeconds'>): number {
  return reversalSeconds + GIVE_UP_SECONDS;
}

/** The authenticators that a change has removed, which its handler is to let go once it is final. */
export function removedBy(
  { type, target }: Pick<LoggedChange, 'type' | 'target'>,
  { authenticators }: Pick<FormerMethod, 'authenticators'>,
): readonly Authenticator[] {
  if (type === 'method_deleted') return authenticators;
  if (type !== 'authenticator_removed') return [];
  return authenticators.filter(({ id }) => id === target);
}
