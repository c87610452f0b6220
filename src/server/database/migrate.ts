import { DataSource, type DataSourceOptions } from 'typeorm';

/** Any number that no other program locks in this database. */
const MIGRATION_LOCK = 62_384_226;

/**
 * Runs the migrations that are still to be run. Of several servers that start at once one does
 * it, and the others wait for it.
 *
 * @param options without time limits: a migration may take as long as it takes
 */
export async function migrate(options: DataSourceOptions): Promise<void> {
  const dataSource = await new DataSource(options).initialize();
  try {
    const holder = dataSource.createQueryRunner();
    await holder.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await dataSource.runMigrations().finally(async () => {
      await holder.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
      await holder.release();
    });
  } finally {
    await dataSource.destroy();
  }
}
