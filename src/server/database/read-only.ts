/** PostgreSQL's name for it [Appendix A]: `read_only_sql_transaction`. */
export const READ_ONLY = '25006';

/** Of one row, for {@link refuseReadOnly}: `on` where nothing can be written, as on a standby. */
export const IS_READ_ONLY = `current_setting('transaction_read_only') AS read_only`;

/** A database that answers, and takes no change; it may be another one's turn soon. */
export class ReadOnlyDatabase extends Error {
  readonly code = READ_ONLY;

  constructor() {
    super(
      'It can only be read, as a standby can: have DATABASE_URL lead to the primary, or take default_transaction_read_only off',
    );
  }
}

/** @throws {ReadOnlyDatabase} by the answer to {@link IS_READ_ONLY} */
export function refuseReadOnly([row]: readonly { readonly read_only: string }[]): void {
  if (row?.read_only !== 'off') throw new ReadOnlyDatabase();
}
