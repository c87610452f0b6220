import {
  type AttemptRequest,
  type Refusal,
  type SessionLocks,
  type Settlement,
} from './attempts.js';
import { type ChallengeRecord, type Transaction } from './stores.js';

/** What an attempt at a password is spent on: a challenge of a step-up, and its session. */
export type PasswordAttemptRequest = Pick<
  AttemptRequest,
  'key' | 'credentialsVersion' | 'budgets' | 'now'
>;

/** An attempt that is spent and committed. */
export interface PasswordAttempt extends SessionLocks {
  readonly challenge: ChallengeRecord;
}

/** A password that was right, about to be committed. */
export interface PasswordSettlement extends Pick<
  Settlement,
  'rows' | 'rowUpdates' | 'events' | 'now'
> {
  readonly attempt: PasswordAttempt;
}

/**
 * Port: spends and settles attempts at the password, of subjects without an active method. Each
 * method is one statement that decides by what it changed.
 */
export abstract class PasswordAttemptStore {
  /** Spends one attempt of challenge and session together. Null: none was spent. */
  abstract spend(request: PasswordAttemptRequest): Promise<PasswordAttempt | null>;
  /** Says why {@link spend} spent nothing. Null: what stood in the way is gone by now. */
  abstract explain(request: PasswordAttemptRequest): Promise<Refusal | null>;
  /**
   * Commits a right password and forgives the failures at passwords, of its session and of all. False: the challenge is dead.
   *
   * @param transaction of {@link UnitOfWork.runForAccount}
   */
  abstract settle(settlement: PasswordSettlement, transaction: Transaction): Promise<boolean>;
  /** Takes an attempt, and the locks that it brought, from the counts of challenge and sessions. */
  abstract giveBack(attempt: PasswordAttempt): Promise<void>;
}
