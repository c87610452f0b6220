import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import pg from 'pg';
import { startOwnPostgresql } from './own-postgresql.mjs';

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

/**
 * Provides the databases of this run: the PostgreSQL of TEST_DATABASE_URL for all workers, otherwise
 * a PostgreSQL started for this run. If the machine has none, or with `TEST_DATABASE_URL=embedded`,
 * each worker gets an embedded one, because it has one session. Trials that take minutes run only on a
 * named one. Files that the specs of this run
 * share are in a folder of its own. Jest loads this file without a transform.
 */
export default async function globalSetup({ maxWorkers }) {
  process.env.RUN_FOLDER = await mkdtemp(join(tmpdir(), 'nestjs-mfa-run-'));
  const server = await findServer(process.env.TEST_DATABASE_URL, process.env.RUN_FOLDER);
  const databases = server === null ? await startEmbedded(maxWorkers) : [server];
  process.env.RUN_DATABASE_URLS = JSON.stringify(databases.map(({ url }) => url));
  process.env.RUN_DATABASE_KIND = server === null ? 'embedded' : 'postgresql';
  process.env.RUN_LONG_TRIALS = server?.isNamed ? '1' : '';
  globalThis.runDatabases = databases;
}

/** @returns null for the embedded database */
async function findServer(given, folder) {
  if (given === 'embedded') return null;
  if (!given) {
    const own = await startOwnPostgresql(folder);
    if (own === null && process.env.REQUIRE_TOOLS === '1')
      throw new Error('There is no PostgreSQL.');
    return own;
  }
  return { url: given, isNamed: true, stop: () => dropDatabasesOf(folder, given) };
}

/** Drops the databases that workers kept for their next file. */
async function dropDatabasesOf(folder, url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const prefix = `test_${basename(folder).replaceAll(/\W/g, '_')}_`.toLowerCase();
  const { rows } = await client.query(
    'SELECT quote_ident(datname) AS name FROM pg_database WHERE starts_with(datname, $1)',
    [prefix],
  );
  for (const { name } of rows) await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await client.end();
}

/** Copying a new database is faster than creating another, so a copy is kept, also for the next run. */
async function startEmbedded(count) {
  const kept = await keptCopy();
  const dump = await readFile(kept).catch(() => null);
  const first = await startOne(dump);
  if (dump === null) await keep(first.dump, kept);
  const copy = dump ?? first.dump;
  const others = Array.from({ length: count - 1 }, () => startOne(copy));
  return [first, ...(await Promise.all(others))];
}

/** Where the copy is kept that this version of the embedded database makes. */
async function keptCopy() {
  const manifest = join(MODULES, '@electric-sql/pglite/package.json');
  const { version } = JSON.parse(await readFile(manifest, 'utf8'));
  return join(MODULES, '.cache/nestjs-mfa', `pglite-${version}.tar`);
}

/** In one step: another run may look for it now. A run goes on where nothing can be kept. */
async function keep(dump, path) {
  try {
    await mkdir(dirname(path), { recursive: true });
    const draft = `${path}.${process.pid}`;
    await writeFile(draft, new Uint8Array(dump));
    await rename(draft, path);
  } catch {
    // A folder that cannot be written to.
  }
}

async function startOne(dump) {
  const thread = new Worker(new URL('embedded-database.mjs', import.meta.url), {
    workerData: { dump },
  });
  const [started] = await once(thread, 'message');
  return { ...started, stop: () => thread.terminate() };
}
