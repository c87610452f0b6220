import { type Subject } from '../../contract/handler.js';

/** A row for a table of the host. Names come from the host, never from a client. */
export interface RowInsert {
  /** The schema of the table. Absent: the first one in the connection's search path. */
  readonly schema?: string;
  readonly table: string;
  /** Values by column name. A timestamp is a Date. */
  readonly values: Readonly<Record<string, string | number | boolean | Date | string[] | null>>;
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
}
