import { type StoredStates } from '../reversal/disposal.js';
import { type MfaEvent } from '../ports/events.js';
import {
  type EnrolledMethod,
  type NewChallenge,
  type StoredBackupCodes,
  type Transaction,
} from '../ports/stores.js';

/** Everything that a set-up stores, in one step. */
export interface Enrolment {
  readonly method: EnrolledMethod;
  /** Replaces the old set. Null: the old set stays. */
  readonly backupCodes: StoredBackupCodes | null;
  /** Replaces a challenge with the same key. */
  readonly challenge: NewChallenge;
  readonly event: MfaEvent;
  /** {@link MethodSnapshot.version} of the snapshot that the enrolment was decided by. */
  readonly decidedBy: number;
}

/** Port: stores enrolments. */
export abstract class EnrolmentStore {
  /**
   * Stores an enrolment, unless the account has changed since it was decided.
   *
   * @returns the number of the subject's unspent backup codes; null: it has changed, nothing is stored
   */
  abstract store(enrolment: Enrolment, transaction?: Transaction): Promise<number | null>;
}

/** The result of storing an {@link Enrolment}. */
export interface StoredEnrolment {
  readonly authenticatorId: string;
  /** Replaced states that were never proven. */
  readonly replaced: StoredStates;
  /** The new set in plain text; empty when the subject keeps its live set. */
  readonly backupCodes: readonly string[];
  readonly backupCodesRemaining: number;
}
