import { type DataSourceOptions, MigrationExecutor } from 'typeorm';
import { withDataSource } from './with-data-source.js';

/** Any number that no other program locks in this database. */
const MIGRATION_LOCK = 62_384_226;

/** Migrations are still to be run, and it is for others to run them. */
export class SchemaNotCurrent extends Error {}

/**
 * Runs the migrations that are still to be run, all of them or none. Of several servers that start at
 * once one does it, and the others wait for it. The lock belongs to the transaction, and not to a
 * session, which a pooler may change in between.
 *
 * @param options without time limits: a migration may take as long as it takes
 */
export function migrate(options: DataSourceOptions): Promise<void> {
  return withDataSource(options, (dataSource) =>
    dataSource.transaction(async ({ queryRunner }) => {
      await queryRunner?.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
      await new MigrationExecutor(dataSource, queryRunner).executePendingMigrations();
    }),
  );
}

/**
 * Only reads: whoever calls it needs no right to change tables.
 *
 * @throws {SchemaNotCurrent} when migrations are still to be run
 */
export function checkMigrations(options: DataSourceOptions): Promise<void> {
  return withDataSource(options, async (dataSource) => {
    const { length: pending } = await new MigrationExecutor(dataSource).getPendingMigrations();
    if (pending === 0) return;
    throw new SchemaNotCurrent(
      `${pending} of its migrations are still to be run: run \`npm run migrate\`, or leave MIGRATE_AT_START out.`,
    );
  });
}
