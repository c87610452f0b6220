/** SQLSTATE `read_only_sql_transaction` [PostgreSQL, Appendix A]. */
export const READ_ONLY = '25006';

/** A column for {@link refuseReadOnly}: `on` if nothing can be written, as on a standby. */
export const IS_READ_ONLY = `current_setting('transaction_read_only') AS read_only`;

/** The database answers but accepts no change. That may pass: a failover may be under way. */
export class ReadOnlyDatabase extends Error {
  readonly code = READ_ONLY;

  constructor() {
    super(
      'It can only be read, as a standby can: have DATABASE_URL lead to the primary, or take default_transaction_read_only off',
    );
  }
}

/** @throws {ReadOnlyDatabase} by the result of {@link IS_READ_ONLY} */
export function refuseReadOnly([row]: readonly { readonly read_only: string }[]): void {
  if (row?.read_only !== 'off') throw new ReadOnlyDatabase();
}
