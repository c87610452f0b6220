import { type MfaEvent } from './events.js';
import { type JsonObject, type Subject } from './handler.js';
import { type MfaPassed } from './mfa-passed.js';

/** Port: the host's users, as MFA sees them. */
export abstract class SubjectDirectory {
  /** The subject with this id as it is now, or null when there is none (any more). */
  abstract find(subjectId: string): Promise<Subject | null>;
}

/** One row that the host wants in its own table. Names are the host's own, never a client's. */
export interface RowInsert {
  /** The schema of the table; absent: the one that the connection looks in first. */
  readonly schema?: string;
  readonly table: string;
  /** Values by column name; a Date for a timestamp. */
  readonly values: Readonly<Record<string, string | number | boolean | Date | string[] | null>>;
}

/** A change of one row in a table of the host's. Names are the host's own, never a client's. */
export interface RowUpdate {
  /** As {@link RowInsert.schema}. */
  readonly schema?: string;
  readonly table: string;
  /** Values by column name that the row has; null: the column is null. No such row: no change. */
  readonly key: RowInsert['values'];
  /** What the row has afterwards, by column name. */
  readonly set: RowInsert['values'];
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
  /** @param passwords null where the host has none, or does not tell */
  constructor(
    readonly subjects: SubjectDirectory,
    readonly tokens: TokenIssuer,
    readonly passwords: PasswordProof | null = null,
  ) {}
}
