import { type Subject } from '../../contract/handler.js';
import { type MfaEvent } from './events.js';

/** A row for a table of the host. Names come from the host, never from a client. */
export interface RowInsert {
  /** The schema of the table. Absent: the first one in the connection's search path. */
  readonly schema?: string;
  readonly table: string;
  /** Values by column name. A timestamp is a Date. */
  readonly values: Readonly<Record<string, string | number | boolean | Date | string[] | null>>;
}

/**
 * A function in the host's database that makes room for a new row, for example by ending the oldest of a
 * subject's sessions. It decides at the moment of the write, so concurrent writers cannot exceed a limit
 * together. Names come from the host, never from a client.
 */
export interface RowDisplacement {
  /** The schema of the function. Absent: the first one in the connection's search path that has it. */
  readonly schema?: string;
  /**
   * A function of PL/pgSQL that is `VOLATILE`, the default. So its queries see what others committed while
   * the statement that calls it waited for a lock. It returns the number of displaced rows as an integer.
   */
  readonly function: string;
  readonly arguments: readonly RowInsert['values'][string][];
  /** Recorded only if the function displaces a row. */
  readonly event: MfaEvent;
}

/**
 * The row of a subject in a table of the host. Names and expressions come from the host, never from a
 * client.
 */
export interface SubjectRow {
  /** As {@link RowInsert.schema}. */
  readonly schema?: string;
  readonly table: string;
  /** The column with {@link Subject.id}. */
  readonly idColumn: string;
  /** The SQL expression of {@link Subject.credentialsVersion} on the table's columns. */
  readonly credentialsVersion: string;
  /** SQL expressions on the table's columns, by the names that {@link subjectOf} knows the values by. */
  readonly columns: Readonly<Record<string, string>>;
  /** Makes the subject of the values of {@link columns}, as {@link SubjectDirectory.find} does. */
  readonly subjectOf: (values: Readonly<Record<string, unknown>>) => Subject;
}

/** An update of a row in a table of the host. Names come from the host, never from a client. */
export interface RowUpdate {
  /** As {@link RowInsert.schema}. */
  readonly schema?: string;
  readonly table: string;
  /** The values that identify the row, by column name. Null matches a null. Without such a row nothing changes. */
  readonly key: RowInsert['values'];
  /** The new values, by column name. */
  readonly set: RowInsert['values'];
  /**
   * Without such a row nothing is committed; a right proof is then judged again. Concurrent changes of the row
   * wait. Absent: false.
   */
  readonly isRequired?: boolean;
}
