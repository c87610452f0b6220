import { type StoredStates } from '../reversal/disposal.js';
import { type MfaEvent } from '../ports/events.js';
import {
  type EnrolledMethod,
  type NewChallenge,
  type StoredBackupCodes,
  type Transaction,
} from '../ports/stores.js';

/** What a set-up stores: all of it or nothing. */
export interface Enrolment {
  readonly method: EnrolledMethod;
  /** In the place of the old set; null: that one stays. */
  readonly backupCodes: StoredBackupCodes | null;
  /** Takes the place of one of the same key. */
  readonly challenge: NewChallenge;
  readonly event: MfaEvent;
  /** {@link MethodSnapshot.version} of what all of it was decided by. */
  readonly decidedBy: number;
}

/** Port: stores what was set up. */
export abstract class EnrolmentStore {
  /**
   * Stores an enrolment when nothing has changed since it was decided.
   *
   * @returns how many backup codes the subject has left, or null: something changed, nothing is stored
   */
  abstract store(enrolment: Enrolment, transaction?: Transaction): Promise<number | null>;
}

/** What was stored. */
export interface StoredEnrolment {
  readonly authenticatorId: string;
  /** What it took the place of, and was never proven. */
  readonly replaced: StoredStates;
  /** The new set, or none where the subject keeps the one that is live. */
  readonly backupCodes: readonly string[];
  readonly backupCodesRemaining: number;
}
