import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/server/database/data-source.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('the migrations', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await new DataSource(dataSourceOptions(database.url, 1)).initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  /** Tables of ours that are there. */
  async function tables(): Promise<string[]> {
    const rows = await dataSource.query<{ name: string }[]>(
      `SELECT table_name AS name FROM information_schema.tables
       WHERE table_schema = current_schema() AND table_name <> 'migrations' ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  }

  it('go up, down to nothing, and up again', async () => {
    const applied = await dataSource.runMigrations();
    const made = await tables();
    expect(made).toEqual([
      'clean_up_leases',
      'email_changes',
      'email_confirmations',
      'former_addresses',
      'former_passwords',
      'known_devices',
      'login_failures',
      'mfa_accounts',
      'mfa_backup_codes',
      'mfa_challenges',
      'mfa_changes',
      'mfa_devices',
      'mfa_event_heads',
      'mfa_events',
      'mfa_methods',
      'mfa_outbox',
      'mfa_send_budgets',
      'mfa_session_attempts',
      'mfa_spent_nonces',
      'mfa_subject_handles',
      'password_reset_links',
      'repudiation_tokens',
      'sessions',
      'users',
      'waiting_notices',
    ]);
    for (let i = 0; i < applied.length; i++) await dataSource.undoLastMigration();
    expect(await tables()).toEqual([]);
    await dataSource.runMigrations();
    expect(await tables()).toEqual(made);
  });

  it('make what the entities describe', async () => {
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });
});
