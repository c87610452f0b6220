import { type DataSource, MigrationExecutor } from 'typeorm';

/** An arbitrary number that no other program locks in this database. */
const MIGRATION_LOCK = 62_384_226;

/** Migrations are pending, and this process does not run them. */
export class SchemaNotCurrent extends Error {}

/**
 * Runs all pending migrations or none. If several servers start at once, one runs them and the
 * others wait. The lock belongs to the transaction, because a pooler may change the session in
 * between.
 *
 * @param dataSource without time limits: a migration may take as long as it takes
 */
export function migrate(dataSource: DataSource): Promise<void> {
  return dataSource.transaction(async ({ queryRunner }) => {
    await queryRunner?.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await new MigrationExecutor(dataSource, queryRunner).executePendingMigrations();
  });
}

/**
 * Only reads, so the role needs no right to change tables.
 *
 * @throws {SchemaNotCurrent} when migrations are pending
 */
export async function checkMigrations(dataSource: DataSource): Promise<void> {
  const { length: pending } = await new MigrationExecutor(dataSource).getPendingMigrations();
  if (pending === 0) return;
  throw new SchemaNotCurrent(
    `${pending} of its migrations are still to be run: run \`npm run migrate\`, or leave MIGRATE_AT_START out.`,
  );
}
