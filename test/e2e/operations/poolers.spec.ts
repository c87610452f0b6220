import { ExternalDatabase } from '../../../src/server/database/database-server.js';
import { migrateDatabase, openDatabase } from '../../../src/server/database/prepare-database.js';
import { describeWithPgBouncer, PgBouncer } from '../../support/pgbouncer.js';
import { TestServer } from '../../support/server.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

/** A start that gives up at once all the same: nobody waits for what only an operator can mend. */
const START = { databaseWaitSeconds: 600, migratesAtStart: true };

describeWithPgBouncer('PgBouncer in transaction mode', () => {
  let database: TestDatabase;
  let strict: PgBouncer;
  beforeAll(async () => {
    database = await createTestDatabase();
    strict = await PgBouncer.start(database.url);
  });
  afterAll(async () => {
    await strict.stop();
    await database.drop();
  });

  const place = (preparesStatements: boolean, statementTimeoutSeconds: number) =>
    new ExternalDatabase(strict.url, 2, preparesStatements, statementTimeoutSeconds);
  const start = async (on: ExternalDatabase) => (await openDatabase(on, START)).destroy();

  it('refuses a limit of statements at the connect, which a start explains', async () => {
    await expect(start(place(false, 10))).rejects.toThrow(
      /^The database at postgres:\/\/127\.0\.0\.1:\d+\/test_\w+ cannot be used: A pooler refuses "unsupported startup parameter: statement_timeout": set DATABASE_STATEMENT_TIMEOUT_SECONDS=0 and /,
    );
  });

  it.each([1, 2])('loses what was prepared, which a start of %i connections sees', async (size) => {
    await expect(start(new ExternalDatabase(strict.url, size, true, 0))).rejects.toThrow(
      'cannot be used: A pooler changes the session between transactions and does not know prepared statements: set DATABASE_PREPARED_STATEMENTS=off, ',
    );
  });

  it('does so too while its pool hands sessions out in turns', async () => {
    const turning = await PgBouncer.start(database.url, [
      'server_round_robin = 1',
      'min_pool_size = 3',
    ]);
    await expect(start(new ExternalDatabase(turning.url, 2, true, 0))).rejects.toThrow(
      'does not know prepared statements',
    );
    await turning.stop();
  });

  it('lets migrations through, again and again, from several at once', async () => {
    const all = [1, 2, 3].map(() => migrateDatabase(place(true, 10), START));
    await expect(Promise.all(all)).resolves.toBeDefined();
    await start(place(false, 0));
  });

  it('serves sign-ins where both are switched off', async () => {
    const settings = {
      DATABASE_URL: strict.url,
      DATABASE_STATEMENT_TIMEOUT_SECONDS: '0',
      DATABASE_PREPARED_STATEMENTS: 'off',
    };
    const server = await TestServer.start(database, settings, false);
    const account = await server.signUp();
    const { secret } = await server.enrolApp(account);
    const token = await server.beginLogin(account.user);
    expect((await server.verifyLogin(token, server.totp(secret))).status).toBe(200);
    await server.stop();
  });

  it('is told no limit of its own where it passes over that', async () => {
    const lenient = await PgBouncer.start(database.url, [
      'ignore_startup_parameters = statement_timeout',
    ]);
    await start(new ExternalDatabase(lenient.url, 2, false, 10));
    await lenient.stop();
  });
});
