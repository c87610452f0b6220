import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';

/** An empty database for one test file. */
export interface TestDatabase {
  readonly url: string;
  /** True on PostgreSQL; false on the embedded one, which runs one statement at a time. */
  readonly isConcurrent: boolean;
  /** How a server is told to talk to it. */
  readonly settings: Readonly<Record<string, string>>;
  drop(): Promise<void>;
}

/** Tables that many files begin with: on PostgreSQL they are made once for a run, and copied. */
export interface TableTemplate {
  readonly name: string;
  /** How the data source is made that has their migrations. */
  optionsFor(url: string): DataSourceOptions;
}

/**
 * Makes a database on PostgreSQL, or a schema in the embedded one.
 *
 * @param template the tables that PostgreSQL copies into it; the embedded one begins empty all the
 * same, since it has nothing to copy from
 */
export async function createTestDatabase(template?: TableTemplate): Promise<TestDatabase> {
  const url = databaseOfThisWorker();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const name = `test_${randomBytes(6).toString('hex')}`;
  return process.env['RUN_DATABASE_KIND'] === 'postgresql'
    ? ownDatabase(client, url, name, await templateDatabase(client, url, template))
    : ownSchema(client, url, name);
}

/** Workers share PostgreSQL, and have an embedded database each. */
function databaseOfThisWorker(): string {
  const urls: unknown = JSON.parse(process.env['RUN_DATABASE_URLS'] ?? '[]');
  const worker = Number(process.env['JEST_WORKER_ID'] ?? '1');
  const url: unknown = Array.isArray(urls) ? urls[(worker - 1) % urls.length] : undefined;
  if (typeof url !== 'string') throw new Error('The global set-up has not run.');
  return url;
}

/** The name of the database that new ones are copied from. The first file to ask for it makes it. */
async function templateDatabase(
  client: pg.Client,
  url: string,
  template: TableTemplate | undefined,
): Promise<string> {
  if (template === undefined) return 'template1';
  const run = basename(process.env['RUN_FOLDER'] ?? '').replace(/\W/g, '_');
  const name = `template_${run}_${template.name}`;
  await client.query(`SELECT pg_advisory_lock(hashtext($1))`, [name]);
  const made = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
  if (made.rowCount === 0) await makeTemplate(client, name, template.optionsFor(at(url, name)));
  await client.query(`SELECT pg_advisory_unlock(hashtext($1))`, [name]);
  return name;
}

async function makeTemplate(
  client: pg.Client,
  name: string,
  options: DataSourceOptions,
): Promise<void> {
  await client.query(`CREATE DATABASE "${name}" STRATEGY file_copy`);
  const dataSource = await new DataSource(options).initialize();
  await dataSource.runMigrations();
  await dataSource.destroy();
}

function at(url: string, database: string): string {
  const own = new URL(url);
  own.pathname = `/${database}`;
  return own.href;
}

async function ownDatabase(
  client: pg.Client,
  serverUrl: string,
  name: string,
  template: string,
): Promise<TestDatabase> {
  await client.query(`CREATE DATABASE ${name} TEMPLATE "${template}" STRATEGY file_copy`);
  const url = at(serverUrl, name);
  return {
    url,
    isConcurrent: true,
    settings: { DATABASE_URL: url },
    drop: async () => {
      await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await client.end();
    },
  };
}

/**
 * All connections to the embedded database share one session, so one SET serves them all: a schema
 * hides the one that was made before it, until it is dropped.
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
    // It serves one connection at a time rightly, and keeps for the next what that one prepared.
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
