import { type Authenticator } from './authenticators.js';
import { type MfaEvent } from './events.js';
import { type RowInsert, type RowUpdate } from './host-rows.js';
import { type ChallengePurpose } from './challenge-purpose.js';
import {
  type ChallengeKey,
  type ChallengeRecord,
  type MethodRecord,
  type StoredBackupCode,
  type Transaction,
} from './stores.js';

/** How much may go wrong. The numbers are policy; the store applies them in one statement. */
export interface AttemptBudgets {
  readonly maxAttemptsPerChallenge: number;
  /** Consecutive failures that lock a method; each further such number locks it for longer. */
  readonly maxFailuresPerMethod: number;
  readonly maxFailuresPerAccount: number;
  /** Consecutive failures at one factor that lock it in a session, and end that session alone. */
  readonly maxFailuresPerSession: number;
  /** Consecutive failures at one factor, over all sessions of a subject, that lock it in all of them. */
  readonly maxFailuresOverSessions: number;
  /** Consecutive failures after which a method stays locked until it is set up again. */
  readonly maxFailuresEver: number;
  /** How long the first, second, … lock lasts, in seconds; the last value serves for all further ones. */
  readonly lockSeconds: readonly number[];
}

/**
 * What a session counts a backup code as that is given in the place of what cannot be guessed: a right
 * proof of that method forgives no guesses at backup codes.
 */
export const BACKUP_CODE = 'backup_code';

/** What an attempt is spent on. */
export interface AttemptRequest {
  readonly key: ChallengeKey;
  readonly purpose: ChallengePurpose;
  readonly credentialsVersion: string;
  /** The session of who is signed in; null at a login, and where the host keeps none. */
  readonly sessionId: string | null;
  /** The handlers that can read the proof; a challenge of another one spends nothing. */
  readonly handlers: readonly string[];
  /** Those of them whose proofs cannot be guessed: {@link MfaHandler.isGuessable}. */
  readonly unguessable: readonly string[];
  /** Tags under which a backup code may be stored that the proof may be; empty when it can't be one. */
  readonly backupLookups: readonly string[];
  readonly budgets: AttemptBudgets;
  readonly now: Date;
}

/**
 * What an attempt was counted on, besides its challenge: at a login on account and method, in a
 * session on that session, and all of its subject's; a proof that cannot be guessed on nothing.
 */
export interface Counted {
  readonly onMethod: boolean;
  readonly onAccount: boolean;
  readonly onSession: boolean;
}

/** What an attempt in a session was the last one before: a failure then is a lock. */
export interface SessionLocks {
  readonly locksSession: boolean;
  /** What was guessed at is locked in every session of the subject. */
  readonly locksAllSessions: boolean;
  /** By its end a lock is told from one that another attempt has set since. */
  readonly lockEnds: SessionLockEnds;
}

/** Until when an attempt in a session locks what it is counted on; null where it locks nothing. */
export interface SessionLockEnds {
  readonly session: Date | null;
  readonly allSessions: Date | null;
}

/** Until when an attempt locks what it is counted on; null where it locks nothing. */
export interface LockEnds extends SessionLockEnds {
  readonly method: Date | null;
  readonly account: Date | null;
}

/** A stored backup code, and {@link StoredBackupCodes.id} of its set. */
export interface FoundBackupCode extends StoredBackupCode {
  readonly setId: string;
}

/** An attempt that is spent and committed, with all that is needed to judge it. */
export interface SpentAttempt extends SessionLocks {
  readonly challenge: ChallengeRecord;
  readonly method: MethodRecord;
  /** The unspent backup code that the proof may be. */
  readonly backupCode: FoundBackupCode | null;
  /** The session that it was made in; null at a login, and where the host keeps none. */
  readonly sessionId: string | null;
  /** What it guesses at, as a session counts it: its handler, or {@link BACKUP_CODE}. */
  readonly factor: string;
  readonly counted: Counted;
  /** True when this attempt was the last one before a lock: a failure then is a lock. */
  readonly locksMethod: boolean;
  /** True when no attempt at this method is left: a failure then locks it until it is set up again. */
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
  /** `until` is null when only a new set-up helps. */
  | { readonly reason: 'method_locked'; readonly until: Date | null }
  | { readonly reason: 'exhausted' };

/** A proof that was right, about to be committed. */
export interface Settlement {
  readonly spent: SpentAttempt;
  /** The method's authenticators as they are now, or the backup code that is used up. */
  readonly proven:
    | {
        readonly by: 'method';
        readonly authenticators: readonly Authenticator[];
        readonly stateVersion: number;
      }
    | { readonly by: 'backup_code'; readonly lookup: string };
  /** Rows of the host that make its tokens valid. */
  readonly rows: readonly RowInsert[];
  readonly rowUpdates: readonly RowUpdate[];
  readonly events: readonly MfaEvent[];
  readonly now: Date;
}

/** Port: spends and settles attempts. Each method is one statement that decides by what it changed. */
export abstract class AttemptStore {
  /**
   * Spends one attempt of the challenge together with all that it is to be {@link Counted} on. Null:
   * none was spent.
   */
  abstract spend(request: AttemptRequest): Promise<SpentAttempt | null>;
  /** Says why {@link spend} spent nothing. Null: what stood in the way is gone by now. */
  abstract explain(request: AttemptRequest): Promise<Refusal | null>;
  /** The same attempt with method and challenge as they are now; null when the challenge is dead. */
  abstract reload(
    spent: SpentAttempt,
    now: Date,
    transaction?: Transaction,
  ): Promise<SpentAttempt | null>;
  /** Commits a right proof. False: challenge, state or backup code changed meanwhile. */
  abstract settle(settlement: Settlement, transaction?: Transaction): Promise<boolean>;
  /**
   * Takes an attempt, and the lock that it brought and no other, from all that it was counted on. Where the
   * method has been forgiven meanwhile, so has the account: nothing is taken from either.
   */
  abstract giveBack(spent: SpentAttempt): Promise<void>;
}

/** Whether a failure ends the session: it is the last before a lock, of this session or of all. */
export function endsSession({ locksSession, locksAllSessions }: SessionLocks): boolean {
  return locksSession || locksAllSessions;
}
