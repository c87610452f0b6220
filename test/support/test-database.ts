import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';

/** A database for one test file. */
export interface TestDatabase {
  readonly url: string;
  /** True on PostgreSQL; false on the embedded one, which runs one statement at a time. */
  readonly isConcurrent: boolean;
  /** How a server is told to talk to it. */
  readonly settings: Readonly<Record<string, string>>;
  drop(): Promise<void>;
}

/** Tables that many test files begin with. */
export interface Tables {
  readonly name: string;
  /** How the data source is made that has their migrations. */
  optionsFor(url: string): DataSourceOptions & { readonly type: 'postgres' };
}

/** Creates an empty database on PostgreSQL, or an empty schema in the embedded database. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const place = await makePlace();
  return { ...place.description, drop: () => place.remove() };
}

/**
 * Provides a database with tables and without rows. Creating tables takes far longer than emptying
 * them, so an earlier file of this worker may have used it.
 */
export async function createMigratedDatabase(tables: Tables): Promise<TestDatabase> {
  const kept = emptied.get(tables.name)?.pop();
  await kept?.place.enter();
  const { place, shape } = kept ?? (await migrate(tables));
  return {
    ...place.description,
    drop: async () => {
      if (!(await isEmptiedAgain(place, shape))) return place.remove();
      await place.leave();
      emptied.set(tables.name, [...(emptied.get(tables.name) ?? []), { place, shape }]);
    },
  };
}

/** A database for the next file, and the shape of its tables after the migrations. */
interface Emptied {
  readonly place: Place;
  readonly shape: string | null;
}

const emptied = new Map<string, Emptied[]>();

async function migrate({ optionsFor }: Tables): Promise<Emptied> {
  const place = await makePlace();
  const dataSource = await new DataSource(optionsFor(place.description.url)).initialize();
  await dataSource.runMigrations();
  await dataSource.destroy();
  return { place, shape: await withClient(place.description.url, (client) => ask(client, SHAPE)) };
}

/** Everything except rows that a test could alter, as one text. */
const SHAPE = `
  SELECT md5(string_agg(part, E'\\n' ORDER BY part)) AS answer FROM (
    SELECT format('%s %s %s %s', relname, relkind, reloptions, relacl) AS part
      FROM pg_class WHERE relnamespace = current_schema()::regnamespace
    UNION ALL SELECT format('%s %s %s %s %s', attrelid, attname, atttypid, attnotnull, attisdropped)
      FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
      WHERE relnamespace = current_schema()::regnamespace
    UNION ALL SELECT format('%s %s', conname, pg_get_constraintdef(oid))
      FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
    UNION ALL SELECT format('%s %s %s', tgrelid, tgname, tgenabled) FROM pg_trigger
    UNION ALL SELECT format('%s %s', proname, md5(prosrc))
      FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
    UNION ALL SELECT format('%s %s', setrole, setconfig)
      FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase
      WHERE datname = current_database()
  ) AS parts`;

/** An open connection could hold locks that keep the tables from being emptied. */
const END_OTHERS = `
  SELECT count(pg_terminate_backend(pid)) ::text AS answer FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`;

/**
 * The statements that empty the tables which have rows; null if none has. To truncate one makes new files
 * for it and its indexes, which costs far more than to delete a few rows. Only a superuser may delete
 * without regard to what refers to them.
 */
const EMPTYING = `
  SELECT CASE WHEN may_delete THEN 'SET LOCAL session_replication_role = replica;' ELSE '' END
    || string_agg(format(CASE WHEN may_delete AND pg_relation_size(oid) <= 65536
      THEN 'DELETE FROM %I' ELSE 'TRUNCATE %I CASCADE' END, relname), ';') AS answer
  FROM pg_class, (SELECT current_setting('is_superuser') = 'on' AS may_delete) AS rights
  WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
    AND relname <> 'migrations' AND pg_relation_size(oid) > 0
  GROUP BY may_delete`;

/** Empties the tables for the next file. False if their shape has changed; then nobody may use them again. */
function isEmptiedAgain({ description: { url, isConcurrent } }: Place, shape: string | null) {
  return withClient(url, async (client) => {
    if (isConcurrent) await ask(client, END_OTHERS);
    if ((await ask(client, SHAPE)) !== shape) return false;
    const emptying = await ask(client, EMPTYING);
    if (emptying !== null) await client.query(emptying);
    return true;
  });
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function ask(client: pg.Client, sql: string): Promise<string | null> {
  const { rows } = await client.query<{ answer: string | null }>(sql);
  return rows[0]?.answer ?? null;
}

function run(url: string, ...statements: readonly string[]): Promise<void> {
  return withClient(url, async (client) => {
    for (const statement of statements) await client.query(statement);
  });
}

/** A database of PostgreSQL, or a schema of the embedded database. */
interface Place {
  readonly description: Omit<TestDatabase, 'drop'>;
  enter(): Promise<void>;
  leave(): Promise<void>;
  remove(): Promise<void>;
}

function makePlace(): Promise<Place> {
  const folder = basename(process.env['RUN_FOLDER'] ?? '').replaceAll(/\W/g, '_');
  const name = `test_${folder}_${randomBytes(6).toString('hex')}`.toLowerCase();
  const url = databaseOfThisWorker();
  return process.env['RUN_DATABASE_KIND'] === 'postgresql'
    ? makeDatabase(url, name)
    : makeSchema(url, name);
}

/** Workers share PostgreSQL, and have an embedded database each. */
function databaseOfThisWorker(): string {
  const urls: unknown = JSON.parse(process.env['RUN_DATABASE_URLS'] ?? '[]');
  const worker = Number(process.env['JEST_WORKER_ID'] ?? '1');
  const url: unknown = Array.isArray(urls) ? urls[(worker - 1) % urls.length] : undefined;
  if (typeof url !== 'string') throw new Error('The global set-up has not run.');
  return url;
}

async function makeDatabase(serverUrl: string, name: string): Promise<Place> {
  await run(serverUrl, `CREATE DATABASE ${name}`);
  const own = new URL(serverUrl);
  own.pathname = `/${name}`;
  const url = own.href;
  return {
    description: { url, isConcurrent: true, settings: { DATABASE_URL: url } },
    enter: async () => {},
    leave: async () => {},
    remove: () => run(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

/**
 * All connections to the embedded database share one session, so one SET serves them all. A schema
 * hides the previous one until it is left.
 */
async function makeSchema(url: string, name: string): Promise<Place> {
  let hidden: string | null = null;
  const enter = () =>
    withClient(url, async (client) => {
      hidden = await ask(client, `SELECT current_setting('search_path') AS answer`);
      await client.query(`SET search_path TO ${name}`);
    });
  const leave = () => run(url, `SET search_path TO ${hidden ?? 'public'}`);
  await run(url, `CREATE SCHEMA ${name}`);
  await enter();
  return {
    description: {
      url,
      isConcurrent: false,
      // It supports one connection at a time, and the next one finds the prepared statements of the
      // last.
      settings: {
        DATABASE_URL: url,
        DATABASE_MAX_CONNECTIONS: '1',
        DATABASE_PREPARED_STATEMENTS: 'off',
      },
    },
    enter,
    leave,
    remove: async () => {
      await run(url, `DROP SCHEMA ${name} CASCADE`);
      await leave();
    },
  };
}
