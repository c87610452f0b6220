import pg from 'pg';
import { ExternalDatabase } from '../../../src/server/database/database-server.js';
import { openDatabase } from '../../../src/server/database/prepare-database.js';
import { TestServer } from '../../support/server.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

/** On a standby every transaction only reads, as where the database is set to do so. */
const READ_ONLY = 'default_transaction_read_only = on';
const SENTENCE =
  'cannot be used: It can only be read, as a standby can: have DATABASE_URL lead to the primary, ';

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

/** Asks on a connection of its own, which may write whatever the database is set to. */
async function ask(statement: string): Promise<unknown[]> {
  const options = '-c default_transaction_read_only=off';
  const client = new pg.Client({ connectionString: database.url, options });
  await client.connect();
  const { rows } = await client.query(statement).finally(() => client.end());
  return rows;
}

const name = () => new URL(database.url).pathname.slice(1);
const tables = () => ask(`SELECT 1 FROM information_schema.tables WHERE table_schema = 'public'`);
async function start(databaseWaitSeconds: number, migratesAtStart = true): Promise<void> {
  const place = new ExternalDatabase(database.url, 2, true, 10);
  const opened = await openDatabase(place, { databaseWaitSeconds, migratesAtStart });
  await opened.destroy();
}

describe('a start on a database that only reads', () => {
  it.each([true, false])(
    'is refused in a sentence, with and without migrating',
    async (migrates) => {
      if (!database.isConcurrent) return;
      await ask(`ALTER DATABASE ${name()} SET ${READ_ONLY}`);
      await expect(start(0, migrates)).rejects.toThrow(SENTENCE);
      expect(await tables()).toEqual([]);
    },
  );

  it('waits until it writes, as a standby that takes over', async () => {
    if (!database.isConcurrent) return;
    await ask(`ALTER DATABASE ${name()} SET ${READ_ONLY}`);
    const started = start(600);
    await ask(`ALTER DATABASE ${name()} RESET default_transaction_read_only`);
    await expect(started).resolves.toBeUndefined();
  });
});

describe('a server whose database begins to only read', () => {
  it('is not ready, answers 503, and connects anew', async () => {
    // The embedded database has one session for all connections.
    if (!database.isConcurrent) return;
    const server = await TestServer.start(database, { DATABASE_MAX_CONNECTIONS: '1' }, false);
    const register = (username: string) =>
      server.post('/registration/', {
        username,
        email: `${username}@example.org`,
        password: 'correct horse battery',
      });
    try {
      await server.dataSource.query(`SET ${READ_ONLY}`);
      const unready = await server.get('//health/ready');
      expect([unready.status, unready.body.code]).toEqual([503, 'unavailable']);
      const refused = await register('ada');
      expect([refused.status, refused.body.code]).toEqual([503, 'unavailable']);
      expect(refused.headers.get('retry-after')).toBe('1');
      expect((await server.get('//health/ready')).status).toBe(200);
      expect((await register('ada')).status).toBe(201);
    } finally {
      await server.stop();
    }
  });
});

describe('a start on a database that means something else', () => {
  it('is refused before anything in it changes', async () => {
    if (!database.isConcurrent) return;
    await ask(`ALTER DATABASE ${name()} SET transform_null_equals = on`);
    await expect(start(600)).rejects.toThrow(
      'cannot be used: The database has the setting transform_null_equals = "on", with which it means something else than this program: run ALTER DATABASE',
    );
    expect(await tables()).toEqual([]);
  });

  it('is refused where its texts are not of UTF-8', async () => {
    if (!database.isConcurrent) return;
    const latin = `${name()}_latin`;
    await ask(
      `CREATE DATABASE ${latin} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`,
    );
    const own = database.url;
    database = { ...database, url: own.replace(name(), latin) };
    await expect(start(600)).rejects.toThrow(
      'The database has the setting server_encoding = "LATIN1"',
    );
    expect(await tables()).toEqual([]);
    database = { ...database, url: own };
    await ask(`DROP DATABASE ${latin} WITH (FORCE)`);
  });
});
