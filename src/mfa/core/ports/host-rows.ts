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
