import { type SessionProof } from './assurance.js';
import { type MfaEvent } from './events.js';
import { type Subject } from '../../contract/handler.js';
import { type RowUpdate } from './host-rows.js';
import { type IssuedTokens } from './issued-tokens.js';
import { type ClientInfo, type MfaPassed } from './mfa-passed.js';
import { type Transaction } from './stores.js';

/** Port: the host's users, as MFA sees them. */
export abstract class SubjectDirectory {
  /**
   * The subject with this id as it is now, or null when there is none (any more).
   *
   * @param transaction to read in, where there is one: {@link entityManagerOf} gives its connection.
   * While it holds one, waiting for another may be waiting for ever
   */
  abstract find(subjectId: string, transaction?: Transaction): Promise<Subject | null>;
}

/** Names one session of one subject. */
export interface SessionKey {
  readonly subjectId: string;
  /** The host's. */
  readonly sessionId: string;
}

/** A session that has not ended. */
export interface LiveSession {
  /** As {@link Principal.proofs}. */
  readonly proofs: readonly SessionProof[];
}

/**
 * Port: the host's sessions. Optional; without it a session lives for as long as {@link AccessTokenReader}
 * believes its token, and a change that is under way when it ends is not stopped.
 */
export abstract class SessionDirectory {
  /**
   * The session as it is now; null when it is over.
   *
   * @param transaction as in {@link SubjectDirectory.find}
   */
  abstract find(session: SessionKey, transaction?: Transaction): Promise<LiveSession | null>;
}

/** Port: makes the host's tokens from the fact that everything is passed. */
export abstract class TokenIssuer {
  abstract issue(passed: MfaPassed): Promise<IssuedTokens>;
}

/** Port: knows the password of a subject, for a step-up where there is no second factor. Optional. */
export abstract class PasswordProof {
  /**
   * Whether this is the subject's password. It costs the same work for a subject who has none.
   *
   * @param password as the client sent it, at most 4096 characters
   * @param client from where it is asked: slow hashes are done in turns, by {@link SlowWork}
   */
  abstract verify(subject: Subject, password: string, client: ClientInfo): Promise<boolean>;
}

/** Port: ends a session that too many wrong proofs came from. Optional: without it they lock it. */
export abstract class SessionCloser {
  /** What ends it, in rows of the host's; written together with the event that tells of the lock. */
  abstract changesThatEnd(session: SessionKey, at: Date): readonly RowUpdate[];
}

/** A change of factors or backup codes that is about to be committed. */
export type FactorChange = Pick<MfaEvent, 'type' | 'subject' | 'sessionId' | 'client' | 'at'>;

/**
 * Port: takes part in each change of factors, in its transaction, for example to end other sessions.
 * Optional.
 */
export abstract class FactorChangeHook {
  /**
   * Called while the account is locked. A rejection undoes the change.
   *
   * @param transaction of the change: `entityManagerOf` tells its `EntityManager`
   * @returns what tells of the host's own changes; it is recorded with the change
   */
  abstract onFactorChange(
    change: FactorChange,
    transaction: Transaction,
  ): Promise<readonly MfaEvent[]>;
}

/** Port: hears of each change after it is committed. Optional; the default hears nothing. */
export abstract class MfaEventListener {
  /** A rejection is logged and changes nothing: what happened has happened. */
  abstract onEvent(event: MfaEvent): Promise<void>;
}

/** Whose budget it is: why a send was refused, for those who watch. */
export type SendScope = 'subject' | 'binding' | 'address' | 'network' | 'site' | 'cap';

/** A send that the budgets refuse. */
export interface SendRefusal {
  /** The handler's name. */
  readonly factor: string;
  /**
   * The cool-down, or whose budget is spent: of the subject and purpose; of the subject's own
   * binding; of an address, for enrolments; of a network, or of the /48 of IPv6 that it is in (`site`);
   * of the handler in the whole installation (`cap`).
   */
  readonly reason: 'cooldown' | SendScope;
}

/**
 * Port: hears of sends that are refused, to be counted and to raise an alarm. Optional. Provide it in
 * a global module.
 */
export abstract class SendWatch {
  /** Must be quick, and must not throw. */
  abstract refused(refusal: SendRefusal): void;
}
