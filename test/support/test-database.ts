import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** An empty database for one test file. */
export interface TestDatabase {
  readonly url: string;
  /** True on PostgreSQL; false on the embedded database, which runs one statement at a time. */
  readonly isConcurrent: boolean;
  /** The settings for a server on it. */
  readonly settings: Readonly<Record<string, string>>;
  drop(): Promise<void>;
}

/** Creates an empty database on PostgreSQL, or an empty schema in the embedded database. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const url = databaseOfThisWorker();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const name = `test_${randomBytes(6).toString('hex')}`;
  return process.env['RUN_DATABASE_KIND'] === 'postgresql'
    ? ownDatabase(client, url, name)
    : ownSchema(client, url, name);
}

/** Workers share PostgreSQL, but each has its own embedded database. */
function databaseOfThisWorker(): string {
  const urls: unknown = JSON.parse(process.env['RUN_DATABASE_URLS'] ?? '[]');
  const worker = Number(process.env['JEST_WORKER_ID'] ?? '1');
  const url: unknown = Array.isArray(urls) ? urls[(worker - 1) % urls.length] : undefined;
  if (typeof url !== 'string') throw new Error('The global setup has not run.');
  return url;
}

async function ownDatabase(client: pg.Client, url: string, name: string): Promise<TestDatabase> {
  await client.query(`CREATE DATABASE ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return {
    url: own.href,
    isConcurrent: true,
    settings: { DATABASE_URL: own.href },
    drop: async () => {
      await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await client.end();
    },
  };
}

/**
 * All connections to the embedded database share one session, so one SET serves them all. A schema
 * hides the previous one until it is dropped.
 */
async function ownSchema(client: pg.Client, url: string, name: string): Promise<TestDatabase> {
  const { rows } = await client.query<{ hidden: string }>(
    `SELECT current_setting('search_path') AS hidden`,
  );
  await client.query(`CREATE SCHEMA ${name}`);
  await client.query(`SET search_path TO ${name}`);
  return {
    url,
    isConcurrent: false,
    // It supports one connection at a time, and the next one finds the prepared statements of the
    // last.
    settings: {
      DATABASE_URL: url,
      DATABASE_MAX_CONNECTIONS: '1',
      DATABASE_PREPARED_STATEMENTS: 'off',
    },
    drop: async () => {
      await client.query(`DROP SCHEMA ${name} CASCADE`);
      await client.query(`SET search_path TO ${rows[0]?.hidden ?? 'public'}`);
      await client.end();
    },
  };
}
