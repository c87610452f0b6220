import {
  type AttemptRequest,
  type Refusal,
  type SessionLocks,
  type Settlement,
} from './attempts.js';
import { type ChallengeRecord, type Transaction } from './stores.js';

/** A request to spend an attempt at a password, of a step-up challenge and its session. */
export type PasswordAttemptRequest = Pick<
  AttemptRequest,
  'key' | 'credentialsVersion' | 'budgets' | 'now'
>;

/** An attempt at a password that is spent and committed. */
export interface PasswordAttempt extends SessionLocks {
  readonly challenge: ChallengeRecord;
}

/** A right password that is about to be committed. */
export interface PasswordSettlement extends Pick<
  Settlement,
  'rows' | 'rowUpdates' | 'events' | 'now'
> {
  readonly attempt: PasswordAttempt;
}

/**
 * Port: spends and settles attempts at the passwords of subjects without an active method. Each method is
 * one statement, which decides by the rows it changes.
 */
export abstract class PasswordAttemptStore {
  /** Spends one attempt of challenge and session. Null: none was spent. */
  abstract spend(request: PasswordAttemptRequest): Promise<PasswordAttempt | null>;
  /** The reason why {@link spend} spent nothing. Null: the reason is gone by now. */
  abstract explain(request: PasswordAttemptRequest): Promise<Refusal | null>;
  /**
   * Commits a right password, and forgives the failures at passwords of this and all sessions. False: the
   * challenge is dead.
   *
   * @param transaction of {@link UnitOfWork.runForAccount}
   */
  abstract settle(settlement: PasswordSettlement, transaction: Transaction): Promise<boolean>;
  /** Removes an attempt from the counts of challenge and sessions, and its own locks. */
  abstract giveBack(attempt: PasswordAttempt): Promise<void>;
}
