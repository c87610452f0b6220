import { type ChallengePurpose } from './challenge-purpose.js';
import { type SessionProof } from './assurance.js';
import { type Authenticator } from './authenticators.js';
import { type MfaEvent } from './events.js';

declare const open: unique symbol;

/** An open transaction, opaque to the core; stores that are given one take part in it. */
export interface Transaction {
  readonly [open]: true;
}

/** Whether work for one account is refused where too much of it waits already, or waits for too long. */
export type LineBound = 'bounded' | 'unbounded';

/** Port: runs `work` in one transaction that is rolled back when it rejects. */
export abstract class UnitOfWork {
  /**
   * The account's row is locked first, so that two changes of one subject's methods follow each
   * other, and every writer takes its locks in one order. {@link MethodSnapshot.version} changes.
   *
   * @param bound `unbounded` for what must not be refused, such as the end of a session. Default: `bounded`
   * @throws {MfaError} `rate_limited`, where it is bounded
   */
  abstract runForAccount<T>(
    subjectId: string,
    work: (transaction: Transaction) => Promise<T>,
    bound?: LineBound,
  ): Promise<T>;
  /** Locks the account's row in a transaction that was begun elsewhere; also where there is none yet. */
  abstract lockAccount(subjectId: string, transaction: Transaction): Promise<void>;
}

/** One subject's enrolment with one handler: pending until confirmed, then active or inactive. */
export interface MethodRecord {
  /** Made anew by a set-up that begins anew. */
  readonly id: string;
  readonly subjectId: string;
  readonly handler: string;
  readonly isActive: boolean;
  readonly isPrimary: boolean;
  readonly createdAt: Date;
  /** When it was first proven; null while pending. */
  readonly confirmedAt: Date | null;
  /** Since when it has been active without a break; null when it is not. */
  readonly activatedAt: Date | null;
  /** The {@link version} that it was activated in, by which its activations differ; null when it is not active. */
  readonly activation: number | null;
  /** {@link MethodSnapshot.version} of its activation, by which it came before or after a login. */
  readonly activatedVersion: number | null;
  /** {@link Actor.sessionId} of the activation; null without one, and while it is not active. */
  readonly activatedIn: string | null;
  readonly lastUsedAt: Date | null;
  /** At least one; in the order in which they were set up. */
  readonly authenticators: readonly Authenticator[];
  /** The handler's `stateVersion` when the authenticators were written. */
  readonly stateVersion: number;
  /** Grows with every change of an authenticator, and when the method becomes inactive or active again. */
  readonly version: number;
}

/** What a method has while it is active, and only then. */
export type ActivationFields = 'activatedAt' | 'activation' | 'activatedVersion' | 'activatedIn';

/** A method with authenticators that are about to be stored. */
export type EnrolledMethod = Omit<
  MethodRecord,
  'isActive' | 'isPrimary' | ActivationFields | 'version'
>;

/** The methods of a subject at one moment, active or not, in the order in which they were set up. */
export interface MethodSnapshot {
  readonly subjectId: string;
  readonly methods: readonly MethodRecord[];
  /** {@link StoredBackupCodes.id} of the set that the subject has, spent or not; null without one. */
  readonly backupCodesId: string | null;
  /** Another one after every change of methods or backup codes, and every proof; 0 before the first. */
  readonly version: number;
}

/** When a method was activated, and in which session of the host's. */
export interface Activation {
  readonly at: Date;
  /** {@link Actor.sessionId} */
  readonly sessionId: string | null;
}

/** Port: keeps the methods. */
export abstract class MethodStore {
  /** All methods of a subject, what names the backup codes, and what tells whether they have changed since. */
  abstract read(subjectId: string, transaction?: Transaction): Promise<MethodSnapshot>;

  /** All methods of a subject, active or not. */
  async list(subjectId: string, transaction?: Transaction): Promise<readonly MethodRecord[]> {
    const { methods } = await this.read(subjectId, transaction);
    return methods;
  }

  /** Stores the authenticators of a method, and the method where there is none of its handler. */
  abstract save(method: EnrolledMethod, transaction: Transaction): Promise<void>;
  /** Makes a method active that is proven now, and primary when the subject has no primary. */
  abstract activate(
    method: MethodKey,
    activation: Activation,
    transaction: Transaction,
  ): Promise<void>;
  /** Makes a method inactive. False when it is (by now) primary or not active. */
  abstract deactivate(method: MethodKey, transaction: Transaction): Promise<boolean>;
  /**
   * Makes a method inactive that should never have been active. Where it was primary, the
   * longest-standing active one takes its place.
   */
  abstract switchOff(method: MethodKey, transaction: Transaction): Promise<void>;
  /** Makes an active method the only primary one. False when it is not active (any more). */
  abstract makePrimary(method: MethodKey, transaction: Transaction): Promise<boolean>;
  /**
   * Deletes a method. Where it was primary, the longest-standing active one takes its place.
   * False when it is gone already.
   */
  abstract delete(method: MethodKey, transaction: Transaction): Promise<boolean>;
}

/** Names one method. It leads with the subject: rows of one subject live together. */
export interface MethodKey {
  readonly subjectId: string;
  /** {@link MethodRecord.id} */
  readonly id: string;
}

/** Names one open ceremony of a subject. */
export interface ChallengeKey {
  readonly subjectId: string;
  /** Unpredictable for a login; begins with purpose and handler for a signed-in subject. */
  readonly id: string;
}

/** One open ceremony. */
export interface ChallengeRecord extends ChallengeKey {
  readonly purpose: ChallengePurpose;
  /** Null where the password is asked for. */
  readonly methodId: string | null;
  readonly handler: string;
  /** The one {@link Authenticator} that may answer; null: whichever works. */
  readonly authenticatorId: string | null;
  /** What was proven before: the first factor of a login, or all that the session of a step-up has. */
  readonly proofs: readonly SessionProof[];
  /** {@link FirstFactorPassed.provider}; null where the host gave none, and for no login. */
  readonly provider: string | null;
  /** The session that a step-up renews; null for all else, and where the host keeps none. */
  readonly sessionId: string | null;
  /** {@link Subject.credentialsVersion} when it was opened. */
  readonly credentialsVersion: string;
  /** The handler's challenge data, decrypted; null where it gave none. */
  readonly data: unknown;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** {@link MethodSnapshot.version} when it was opened. */
  readonly accountVersion: number;
  /** Attempts spent so far. */
  readonly attempts: number;
  /** Grows whenever the data or the method changes. */
  readonly version: number;
}

/** A challenge before it is stored. */
export type NewChallenge = Omit<ChallengeRecord, 'accountVersion' | 'attempts' | 'version'>;

/** What happens to a challenge that is open already when another of the same key is stored. */
export type WhenOpen =
  /** A new ceremony: the old one and its attempts are gone. */
  | 'replace'
  /** The same ceremony with new data and a new end: the attempts stay. */
  | 'refresh'
  /** Nothing. */
  | 'keep';

/** A new method or new data for an open challenge. */
export interface ChallengeChange {
  readonly methodId: string | null;
  readonly handler: string;
  readonly data: unknown;
}

/** Port: keeps the challenges. */
export abstract class ChallengeStore {
  /** Stores a challenge, and the event with it. */
  abstract open(challenge: NewChallenge, whenOpen: WhenOpen, event: MfaEvent | null): Promise<void>;
  /** The challenge, when it is unspent and unexpired; else null. Its method may have changed. */
  abstract findOpen(key: ChallengeKey, now: Date): Promise<ChallengeRecord | null>;
  /** Gives an open challenge another method or other data. False when it changed meanwhile. */
  abstract change(challenge: ChallengeRecord, change: ChallengeChange, now: Date): Promise<boolean>;
  /** Ends an open challenge unproven, and writes the event. False when it was not open. */
  abstract cancel(key: ChallengeKey, event: MfaEvent): Promise<boolean>;
  /** Ends every open challenge of a subject. */
  abstract cancelAll(subjectId: string, now: Date, transaction?: Transaction): Promise<void>;
}

/** A backup code as it is stored. */
export interface StoredBackupCode {
  /** Keyed tag by which the code is found without a slow hash. */
  readonly lookup: string;
  /** bcrypt hash. */
  readonly hash: string;
}

/** What is known of a subject's set of backup codes. */
export interface BackupCodeCount {
  readonly remaining: number;
  readonly total: number;
  /** Null when the subject has no set. */
  readonly createdAt: Date | null;
  /** {@link StoredBackupCodes.id}; null when the subject has no set. */
  readonly id: string | null;
}

/** A set of backup codes as it is stored. */
export interface StoredBackupCodes {
  /**
   * UUID: the set is named after what made it, so that it goes with that. It is the id of the
   * authenticator with whose set-up it was shown, or of the change that issued it alone.
   */
  readonly id: string;
  readonly codes: readonly StoredBackupCode[];
  /** {@link BackupCodeCount.createdAt} */
  readonly at: Date;
}

/** Port: keeps the backup codes. */
export abstract class BackupCodeStore {
  /** Kills the old set and stores the new one. */
  abstract replaceAll(
    subjectId: string,
    set: StoredBackupCodes,
    transaction: Transaction,
  ): Promise<void>;
  /** @returns how many codes died that were not spent */
  abstract deleteAll(subjectId: string, transaction: Transaction): Promise<number>;
  /** Deletes the set of this {@link StoredBackupCodes.id}; does nothing where another one is kept by now. */
  abstract deleteSet(subjectId: string, setId: string, transaction: Transaction): Promise<void>;
  abstract count(subjectId: string, transaction?: Transaction): Promise<BackupCodeCount>;
}

/** Port: keeps accounts as a whole. */
export abstract class AccountStore {
  /** Deletes every row of a subject: methods, codes, challenges, budgets and its audit. */
  abstract forget(subjectId: string, transaction: Transaction): Promise<void>;
}
