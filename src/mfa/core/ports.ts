import { type SessionProof } from './assurance.js';
import { type MfaEvent } from './events.js';
import { type JsonObject, type Subject } from './handler.js';
import { type RowInsert, type RowUpdate } from './host-rows.js';
import { type MfaPassed } from './mfa-passed.js';
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
 * Port: the host's sessions. Optional; without it a session lives for as long as {@link AccessGuard}
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

/** What a token issuer made: not yet handed out, and worth nothing until its rows are written. */
export interface IssuedTokens {
  /** The body of the answer. */
  readonly body: JsonObject;
  /** Written in the commit that spends the proof: all of it happens, or none. */
  readonly rows: readonly RowInsert[];
  /** Changed in the same commit. Absent: nothing. */
  readonly rowUpdates?: readonly RowUpdate[];
  /** The session that begins with them, for the events that tell of it; absent: the host keeps none. */
  readonly sessionId?: string | null;
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
   */
  abstract verify(subject: Subject, password: string): Promise<boolean>;
}

/** Port: hears of each change after it is committed. Optional; the default hears nothing. */
export abstract class MfaEventListener {
  /** A rejection is logged and changes nothing: what happened has happened. */
  abstract onEvent(event: MfaEvent): Promise<void>;
}

/** What the host has bound, checked to be there when the module starts. */
export class HostPorts {
  /**
   * @param passwords null where the host has none, or does not tell
   * @param sessions null where the host keeps none, or does not tell
   */
  constructor(
    readonly subjects: SubjectDirectory,
    readonly tokens: TokenIssuer,
    readonly passwords: PasswordProof | null = null,
    readonly sessions: SessionDirectory | null = null,
  ) {}
}
