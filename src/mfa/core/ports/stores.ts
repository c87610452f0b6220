import { type ChallengePurpose } from './challenge-purpose.js';
import { type SessionProof } from './assurance.js';
import { type Authenticator } from './authenticators.js';
import { type MfaEvent } from './events.js';

declare const open: unique symbol;

/** An open transaction. The core knows nothing of it; a store that is given one takes part in it. */
export interface Transaction {
  readonly [open]: true;
}

/** Whether work for one account is refused when too much of it waits, or when it waits too long. */
export type LineBound = 'bounded' | 'unbounded';

/** Port: runs `work` in one transaction that is rolled back when it rejects. */
export abstract class UnitOfWork {
  /**
   * Locks the account's row first. So changes of one subject's methods follow each other, and all writers
   * take their locks in one order. {@link MethodSnapshot.version} changes.
   *
   * @param bound `unbounded` for work that must not be refused, for example the end of a session. Default:
   * `bounded`
   * @throws {MfaError} `rate_limited`, if bounded
   */
  abstract runForAccount<T>(
    subjectId: string,
    work: (transaction: Transaction) => Promise<T>,
    bound?: LineBound,
  ): Promise<T>;
  /** Locks the account's row in the given transaction. The row need not exist yet. */
  abstract lockAccount(subjectId: string, transaction: Transaction): Promise<void>;
}

/** A subject's enrolment with one handler: pending until confirmed, then active or inactive. */
export interface MethodRecord {
  /** Changes with every set-up that begins a new method. */
  readonly id: string;
  readonly subjectId: string;
  readonly handler: string;
  readonly isActive: boolean;
  readonly isPrimary: boolean;
  readonly createdAt: Date;
  /** When it was first proven; null while pending. */
  readonly confirmedAt: Date | null;
  /** Active without a break since then; null when it is not active. */
  readonly activatedAt: Date | null;
  /** The {@link version} of its activation, which tells activations apart; null when it is not active. */
  readonly activation: number | null;
  /** {@link MethodSnapshot.version} of its activation, which places it before or after a login. */
  readonly activatedVersion: number | null;
  /** {@link Actor.sessionId} of the activation; null without one, and when it is not active. */
  readonly activatedIn: string | null;
  readonly lastUsedAt: Date | null;
  /** At least one, in the order of their set-ups. */
  readonly authenticators: readonly Authenticator[];
  /** {@link MfaHandler.stateVersion} when the authenticators were written. */
  readonly stateVersion: number;
  /** Grows with every change of an authenticator, and with every activation and deactivation. */
  readonly version: number;
}

/** The fields that only an active method has. */
export type ActivationFields = 'activatedAt' | 'activation' | 'activatedVersion' | 'activatedIn';

/** A method whose authenticators are about to be stored. */
export type EnrolledMethod = Omit<
  MethodRecord,
  'isActive' | 'isPrimary' | ActivationFields | 'version'
>;

/** All methods of a subject at one moment, in the order of their set-ups. */
export interface MethodSnapshot {
  readonly subjectId: string;
  readonly methods: readonly MethodRecord[];
  /** {@link StoredBackupCodes.id} of the subject's set, spent or not; null without one. */
  readonly backupCodesId: string | null;
  /** Changes with every change of methods or backup codes, and with every proof; 0 before the first. */
  readonly version: number;
}

/** When a method was activated, and in which session of the host. */
export interface Activation {
  readonly at: Date;
  /** {@link Actor.sessionId} */
  readonly sessionId: string | null;
}

/** Port: keeps methods. */
export abstract class MethodStore {
  /** The snapshot of a subject. */
  abstract read(subjectId: string, transaction?: Transaction): Promise<MethodSnapshot>;

  /** All methods of a subject, active or not. */
  async list(subjectId: string, transaction?: Transaction): Promise<readonly MethodRecord[]> {
    const { methods } = await this.read(subjectId, transaction);
    return methods;
  }

  /** Stores the authenticators of a method, and the method itself if the subject has none of its handler. */
  abstract save(method: EnrolledMethod, transaction: Transaction): Promise<void>;
  /** Activates a method that was just proven. It becomes primary when the subject has no primary one. */
  abstract activate(
    method: MethodKey,
    activation: Activation,
    transaction: Transaction,
  ): Promise<void>;
  /** Deactivates a method. False when it is primary or not active by now. */
  abstract deactivate(method: MethodKey, transaction: Transaction): Promise<boolean>;
  /**
   * Deactivates a method that should never have been active. The method that has been active longest takes
   * the place of a primary one.
   */
  abstract switchOff(method: MethodKey, transaction: Transaction): Promise<void>;
  /** Makes an active method the primary one. False when it is not active by now. */
  abstract makePrimary(method: MethodKey, transaction: Transaction): Promise<boolean>;
  /**
   * Deletes a method. The method that has been active longest takes the place of a primary one. False when
   * it is gone already.
   */
  abstract delete(method: MethodKey, transaction: Transaction): Promise<boolean>;
}

/** Names a method. The subject comes first, because the rows of a subject are stored together. */
export interface MethodKey {
  readonly subjectId: string;
  /** {@link MethodRecord.id} */
  readonly id: string;
}

/** Names an open ceremony of a subject. */
export interface ChallengeKey {
  readonly subjectId: string;
  /** Unpredictable for a login. For a signed-in subject it begins with purpose and handler. */
  readonly id: string;
}

/** An open ceremony. */
export interface ChallengeRecord extends ChallengeKey {
  readonly purpose: ChallengePurpose;
  /** Null when it asks for the password. */
  readonly methodId: string | null;
  readonly handler: string;
  /** The only {@link Authenticator} that may answer; null for any that works. */
  readonly authenticatorId: string | null;
  /** Earlier proofs: the first factor of a login, or all proofs of the session of a step-up. */
  readonly proofs: readonly SessionProof[];
  /** {@link FirstFactorPassed.provider}; null when the host gave none, and for anything but a login. */
  readonly provider: string | null;
  /** The session that a step-up renews; null for anything else, and when the host keeps none. */
  readonly sessionId: string | null;
  /** {@link Subject.credentialsVersion} when it was opened. */
  readonly credentialsVersion: string;
  /** The handler's challenge data, decrypted; null without any. */
  readonly data: unknown;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** {@link MethodSnapshot.version} when it was opened. */
  readonly accountVersion: number;
  /** Attempts spent so far. */
  readonly attempts: number;
  /** Grows with every change of data or method. */
  readonly version: number;
}

/** A challenge before it is stored. */
export type NewChallenge = Omit<ChallengeRecord, 'accountVersion' | 'attempts' | 'version'>;

/** What happens to an open challenge when another one with its key is stored. */
export type WhenOpen =
  /** A new ceremony begins, with new attempts. */
  | 'replace'
  /** The ceremony goes on with new data and a new end. The attempts stay. */
  | 'refresh'
  /** The open challenge stays as it is. */
  | 'keep';

/** A new method or new data for an open challenge. */
export interface ChallengeChange {
  readonly methodId: string | null;
  readonly handler: string;
  readonly data: unknown;
}

/** Port: keeps challenges. */
export abstract class ChallengeStore {
  /** Stores a challenge together with its event. */
  abstract open(challenge: NewChallenge, whenOpen: WhenOpen, event: MfaEvent | null): Promise<void>;
  /** The challenge if it is unspent and unexpired, else null. Its method may have changed since. */
  abstract findOpen(key: ChallengeKey, now: Date): Promise<ChallengeRecord | null>;
  /** Changes method and data of an open challenge. False when it has changed meanwhile. */
  abstract change(challenge: ChallengeRecord, change: ChallengeChange, now: Date): Promise<boolean>;
  /** Ends an open challenge without a proof, and writes the event. False when it was not open. */
  abstract cancel(key: ChallengeKey, event: MfaEvent): Promise<boolean>;
  /** Ends every open challenge of a subject. */
  abstract cancelAll(subjectId: string, now: Date, transaction?: Transaction): Promise<void>;
}

/** A backup code as it is stored. */
export interface StoredBackupCode {
  /** Keyed tag, which finds the code without a slow hash. */
  readonly lookup: string;
  /** bcrypt hash. */
  readonly hash: string;
}

/** The count of a subject's backup codes. */
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
   * UUID of the origin of the set, so that both go together: the authenticator whose set-up showed it, or
   * the change that issued it.
   */
  readonly id: string;
  readonly codes: readonly StoredBackupCode[];
  /** {@link BackupCodeCount.createdAt} */
  readonly at: Date;
}

/** Port: keeps backup codes. */
export abstract class BackupCodeStore {
  /** Replaces the subject's set. */
  abstract replaceAll(
    subjectId: string,
    set: StoredBackupCodes,
    transaction: Transaction,
  ): Promise<void>;
  /** Deletes the subject's set. @returns the number of unspent codes that died */
  abstract deleteAll(subjectId: string, transaction: Transaction): Promise<number>;
  /** Deletes the set with this {@link StoredBackupCodes.id}, but no other one. */
  abstract deleteSet(subjectId: string, setId: string, transaction: Transaction): Promise<void>;
  abstract count(subjectId: string, transaction?: Transaction): Promise<BackupCodeCount>;
}

/** Port: keeps accounts as a whole. */
export abstract class AccountStore {
  /** Deletes all rows of a subject: methods, codes, challenges, budgets and audit. */
  abstract forget(subjectId: string, transaction: Transaction): Promise<void>;
}
