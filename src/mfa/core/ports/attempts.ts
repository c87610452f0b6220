import { type Authenticator } from './authenticators.js';
import { type MfaEvent } from './events.js';
import {
  type RowDisplacement,
  type RowInsert,
  type RowUpdate,
  type SubjectRow,
} from './host-rows.js';
import { type ChallengePurpose } from './challenge-purpose.js';
import { type SubjectHandle } from './discoveries.js';
import {
  type ChallengeKey,
  type ChallengeRecord,
  type MethodRecord,
  type StoredBackupCode,
  type Transaction,
} from './stores.js';

/** The budgets of wrong proofs. The store applies all of them in one statement. */
export interface AttemptBudgets {
  readonly maxAttemptsPerChallenge: number;
  /** Consecutive failures that lock a method. Each multiple of it locks for longer. */
  readonly maxFailuresPerMethod: number;
  readonly maxFailuresPerAccount: number;
  /** Consecutive failures at one factor that lock it in a session, and end only that session. */
  readonly maxFailuresPerSession: number;
  /** Consecutive failures at one factor, over all sessions of a subject, that lock it in all of them. */
  readonly maxFailuresOverSessions: number;
  /** Consecutive failures after which a method stays locked until it is set up again. */
  readonly maxFailuresEver: number;
  /** The length of the first, second, … lock, in seconds. The last value holds for all further ones. */
  readonly lockSeconds: readonly number[];
}

/**
 * The factor that a session counts guesses at backup codes under, when the method itself cannot be guessed.
 * Otherwise a right proof of the method would forgive them.
 */
export const BACKUP_CODE = 'backup_code';

/** A request to spend an attempt. */
export interface AttemptRequest {
  readonly key: ChallengeKey;
  readonly purpose: ChallengePurpose;
  readonly credentialsVersion: string;
  /** The session of the signed-in subject; null at a login, and when the host keeps none. */
  readonly sessionId: string | null;
  /**
   * Whether a method is proven, which works without a break since the challenge was opened. False: the
   * password is, for a challenge without a method, as long as no method of the subject is active.
   */
  readonly isOfMethod: boolean;
  /** The handlers that can read the proof, or {@link PASSWORD}; a challenge of another one spends nothing. */
  readonly handlers: readonly string[];
  /** Those of them whose proofs nobody can guess: {@link MfaHandler.isGuessable}. */
  readonly unguessable: readonly string[];
  /** The tags under which the proof would be stored as a backup code; empty when it cannot be one. */
  readonly backupLookups: readonly string[];
  readonly budgets: AttemptBudgets;
  readonly now: Date;
}

/** A request to spend an attempt of a subject who is read with it. */
export type UnreadAttempt = Omit<AttemptRequest, 'credentialsVersion'>;

/** A spent attempt, with the values of {@link SubjectRow.columns} by their names. */
export interface ReadAttempt {
  readonly spent: SpentAttempt;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * The counts that an attempt was added to, besides that of its challenge. A login counts on account and
 * method. A session counts on itself and on all sessions of the subject. A proof that nobody can guess
 * counts on nothing.
 */
export interface Counted {
  readonly onMethod: boolean;
  readonly onAccount: boolean;
  readonly onSession: boolean;
}

/** The locks that an attempt in a session sets, unless its proof is right. */
export interface SessionLocks {
  readonly locksSession: boolean;
  /** Locks the factor in every session of the subject. */
  readonly locksAllSessions: boolean;
  /** Tells the lock of this attempt from one that another attempt has set since. */
  readonly lockEnds: SessionLockEnds;
}

/** The ends of the locks that an attempt in a session sets; null for no lock. */
export interface SessionLockEnds {
  readonly session: Date | null;
  readonly allSessions: Date | null;
}

/** The ends of the locks that an attempt sets; null for no lock. */
export interface LockEnds extends SessionLockEnds {
  readonly method: Date | null;
  readonly account: Date | null;
}

/** A stored backup code with {@link StoredBackupCodes.id} of its set. */
export interface FoundBackupCode extends StoredBackupCode {
  readonly setId: string;
}

/** An attempt that is spent and committed, with everything to judge it. */
export interface SpentAttempt extends SessionLocks {
  readonly challenge: ChallengeRecord;
  /** Null where the password is proven. */
  readonly method: MethodRecord | null;
  /** The unspent backup code that the proof may be. */
  readonly backupCode: FoundBackupCode | null;
  /** The session of the attempt; null at a login, and when the host keeps none. */
  readonly sessionId: string | null;
  /** The factor that a session counts it under: the challenge's handler, or {@link BACKUP_CODE}. */
  readonly factor: string;
  readonly counted: Counted;
  /** True when a failure locks the method for a time. */
  readonly locksMethod: boolean;
  /** True when a failure locks the method until it is set up again. */
  readonly endsMethod: boolean;
  readonly locksAccount: boolean;
  readonly lockEnds: LockEnds;
}

/** Why no attempt was spent. */
export type Refusal =
  | { readonly reason: 'no_challenge' }
  | { readonly reason: 'method_gone' }
  | { readonly reason: 'unreadable'; readonly handler: string }
  | { readonly reason: 'account_locked'; readonly until: Date }
  | { readonly reason: 'session_locked'; readonly until: Date }
  /** `until` is null when only a new set-up unlocks it. */
  | { readonly reason: 'method_locked'; readonly until: Date | null }
  | { readonly reason: 'exhausted' };

/** A right proof that is about to be committed. */
export interface Settlement {
  readonly spent: SpentAttempt;
  /** The method's authenticators as they are now, the backup code that is used up, or the password. */
  readonly proven:
    | {
        readonly by: 'method';
        readonly authenticators: readonly Authenticator[];
        readonly stateVersion: number;
        /** By which the authenticator names its subject from now on. Absent: no new one. */
        readonly handle?: SubjectHandle;
      }
    | { readonly by: 'backup_code'; readonly lookup: string }
    | { readonly by: 'password' };
  /** {@link IssuedTokens.rows} */
  readonly rows: readonly RowInsert[];
  readonly rowUpdates: readonly RowUpdate[];
  /** {@link IssuedTokens.displacement} */
  readonly displacement?: RowDisplacement | undefined;
  readonly events: readonly MfaEvent[];
  readonly now: Date;
}

/** Port: spends and settles attempts. Each method is one statement, which decides by the rows it changes. */
export abstract class AttemptStore {
  /**
   * Spends one attempt of the challenge, and of everything that it is {@link Counted} on. Null: none was
   * spent.
   */
  abstract spend(request: AttemptRequest): Promise<SpentAttempt | null>;
  /**
   * As {@link spend}, for the credentials in the subject's row, which the same statement reads. Optional.
   * Absent where the storage cannot read tables of the host. Null also without such a row.
   */
  spendAndRead?(request: UnreadAttempt, row: SubjectRow): Promise<ReadAttempt | null>;
  /** The reason why {@link spend} spent nothing. Null: the reason is gone by now. */
  abstract explain(request: AttemptRequest): Promise<Refusal | null>;
  /** The attempt with its present method and challenge; null when the challenge is dead. */
  abstract reload(
    spent: SpentAttempt,
    now: Date,
    transaction?: Transaction,
  ): Promise<SpentAttempt | null>;
  /**
   * Commits a right proof.
   *
   * @returns the events that were recorded, as {@link EventStore.append}. Null: challenge, state or backup
   * code changed meanwhile, or a method became active beside a password
   *
   * @param transaction of {@link UnitOfWork.runForAccount}; required for a password. One statement does not
   * see a method that becomes active while it waits for the account's lock.
   */
  abstract settle(
    settlement: Settlement,
    transaction?: Transaction,
  ): Promise<readonly MfaEvent[] | null>;
  /**
   * Removes an attempt from every count, and its own locks. When the counts of the method were forgiven
   * meanwhile, those of the account were too, and neither changes.
   */
  abstract giveBack(spent: SpentAttempt): Promise<void>;
}

/**
 * The method that an attempt is spent on.
 *
 * @throws {Error} for an attempt at a password, which has none
 */
export function methodOf({ method }: Pick<SpentAttempt, 'method'>): MethodRecord {
  if (method === null) throw new Error('An attempt at a password has no method.');
  return method;
}

/** Whether a failure ends the session: it locks this session, or all sessions of the subject. */
export function endsSession({ locksSession, locksAllSessions }: SessionLocks): boolean {
  return locksSession || locksAllSessions;
}
