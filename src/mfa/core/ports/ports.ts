import { type SessionProof } from './assurance.js';
import { type MfaEvent } from './events.js';
import { type Subject } from '../../contract/handler.js';
import { type RowUpdate, type SubjectRow } from './host-rows.js';
import { type IssuedTokens } from './issued-tokens.js';
import { type ClientInfo, type MfaPassed } from './mfa-passed.js';
import { type Transaction } from './stores.js';

/** Port: the host's users. */
export abstract class SubjectDirectory {
  /**
   * The present subject with this id; null when there is none.
   *
   * @param transaction to read in, by {@link entityManagerOf}. A reading on a second connection could
   * deadlock with the one that the transaction holds
   */
  abstract find(subjectId: string, transaction?: Transaction): Promise<Subject | null>;
  /**
   * Where the library's own database keeps a subject. Optional. With it the second step of a login reads the
   * subject in the statement that spends the attempt, and not by {@link find} before it.
   */
  readonly row?: SubjectRow;
}

/** Names a session of a subject. */
export interface SessionKey {
  readonly subjectId: string;
  /** The host's id of it. */
  readonly sessionId: string;
}

/** A session that has not ended. */
export interface LiveSession {
  /** As {@link Principal.proofs}. */
  readonly proofs: readonly SessionProof[];
  /**
   * Another one for other proofs: a {@link RowUpdate.isRequired required} update of the session's row names it.
   * Absent: the library reads the proofs once more behind the account's lock.
   */
  readonly version?: string;
}

/**
 * Port: the host's sessions. Optional. Without it a session lives for as long as {@link AccessTokenReader}
 * accepts its token, and its end does not stop a change under way.
 */
export abstract class SessionDirectory {
  /**
   * The present session; null when it has ended.
   *
   * @param transaction as in {@link SubjectDirectory.find}
   */
  abstract find(session: SessionKey, transaction?: Transaction): Promise<LiveSession | null>;
}

/** Port: makes the host's tokens. */
export abstract class TokenIssuer {
  /**
   * Makes the tokens of a subject who has passed. It writes nothing: {@link IssuedTokens.rows} are written
   * in the commit that spends the proof, and the tokens are handed out after it.
   *
   * @param passed what was proven, for a login or for the step-up of a session
   * @throws an error of the host's own: no session begins, and the answer is `internal`
   */
  abstract issue(passed: MfaPassed): Promise<IssuedTokens>;
}

/** Port: verifies the password of a subject, for a step-up without a second factor. Optional. */
export abstract class PasswordProof {
  /**
   * Whether this is the subject's password. It takes the same time for a subject without one.
   *
   * @param password as the client sent it, at most 4096 characters
   * @param client whose network takes turns with others for slow hashes, by {@link SlowWork}
   */
  abstract verify(subject: Subject, password: string, client: ClientInfo): Promise<boolean>;
}

/** Port: ends a session after too many wrong proofs. Optional. Without it the session is only locked. */
export abstract class SessionCloser {
  /** The host's rows that end the session. They are written together with the event of the lock. */
  abstract changesThatEnd(session: SessionKey, at: Date): readonly RowUpdate[];
}

/** A change of factors or backup codes that is about to be committed. */
export type FactorChange = Pick<MfaEvent, 'type' | 'subject' | 'sessionId' | 'client' | 'at'>;

/**
 * Port: takes part in every change of factors, in its transaction, for example to end other sessions.
 * Optional.
 */
export abstract class FactorChangeHook {
  /**
   * Called while the account is locked. A rejection rolls the change back.
   *
   * @param transaction of the change; `entityManagerOf` returns its `EntityManager`
   * @returns the events of the host's own changes, which are recorded with the change
   */
  abstract onFactorChange(
    change: FactorChange,
    transaction: Transaction,
  ): Promise<readonly MfaEvent[]>;
}

/** Port: hears of every event after its commit. Optional. */
export abstract class MfaEventListener {
  /** A rejection is only logged: the event is committed. */
  abstract onEvent(event: MfaEvent): Promise<void>;
}

/** The kind of budget that refuses a send. */
export type SendScope = 'subject' | 'binding' | 'address' | 'network' | 'site' | 'cap';

/** A send that the budgets refuse. */
export interface SendRefusal {
  /** The handler's name. */
  readonly factor: string;
  /**
   * The cool-down, or the budget that is used up: of the subject and purpose; of a confirmed binding; of an
   * address, for enrolments; of a network, or its /48 of IPv6 (`site`); of the handler over all (`cap`).
   */
  readonly reason: 'cooldown' | SendScope;
}

/**
 * Port: hears of refused sends, for metrics and alarms. Optional. Provide it in a global module.
 */
export abstract class SendWatch {
  /** Must be fast, and must not throw. */
  abstract refused(refusal: SendRefusal): void;
}
