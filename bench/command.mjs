/* global AbortController */
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

/**
 * Runs a command of the benchmark: stopped by a signal, cleaned up whatever happens.
 *
 * @param {(context: {signal: AbortSignal, cleanup: (() => Promise<unknown>)[]}) => Promise<void>} run
 *   adds to `cleanup` what is to be done at the end, the last first
 */
export async function runCommand(run) {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => stop.abort());
  // Each request under way listens to it.
  setMaxListeners(0, stop.signal);
  const cleanup = [];
  try {
    await run({ signal: stop.signal, cleanup });
  } catch (error) {
    say(explain(error, stop.signal));
    process.exitCode = 1;
  } finally {
    await cleanUp(cleanup);
  }
}

/** A database for this run alone, and a connection to it; both go at the end. */
export async function openDatabase(adminUrl, { signal, cleanup }) {
  const { name, url, drop } = await createThrowawayDatabase(adminUrl);
  cleanup.push(drop);
  say(`Database ${name}, dropped at the end.`);
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A connection that is lost shows in the statement that needs it.
  client.on('error', () => {});
  await client.connect();
  cleanup.push(() => client.end());
  return { url, client, signal };
}

function explain(error, signal) {
  if (signal.aborted) return 'Stopped.';
  return error instanceof UsageError ? error.message : error.stack;
}

/** Runs what was put off, the last first, whatever fails among it. */
async function cleanUp(tasks) {
  for (const task of tasks.reverse()) {
    await task().catch((error) => say(`Not cleaned up: ${error.message}`));
  }
}

const CONNECT_TIMEOUT_MILLISECONDS = 5_000;

/**
 * Makes a database of its own beside the given one, which is only connected to.
 *
 * @param {string} adminUrl of a role that may create databases
 * @returns {Promise<{name: string, url: string, drop: () => Promise<void>}>}
 * @throws {UsageError} when PostgreSQL does not answer or refuses
 */
export async function createThrowawayDatabase(adminUrl) {
  const name = `bench_${randomBytes(6).toString('hex')}`;
  await runOrExplain(adminUrl, `CREATE DATABASE ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const drop = () => runStatement(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  return { name, url: url.href, drop };
}

async function runOrExplain(url, statement) {
  try {
    await runStatement(url, statement);
  } catch (cause) {
    const { message, code } = /** @type {NodeJS.ErrnoException} */ (cause);
    const reason = message || code;
    throw new UsageError(
      `The benchmark needs a PostgreSQL where it may create a database: set BENCH_DATABASE_URL (${reason}).`,
      { cause },
    );
  }
}

async function runStatement(url, statement) {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MILLISECONDS,
  });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

const RESULTS = new URL('results/', import.meta.url);

/** Writes everything, each single run too, and gives back where. */
export async function writeResult(kind, result) {
  await mkdir(RESULTS, { recursive: true });
  const file = new URL(`${kind}-${result.startedAt.replaceAll(':', '-')}.json`, RESULTS);
  await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
  return fileURLToPath(file);
}

/** The progress goes beside the result, so that the result can be kept by itself. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** An error that a person can act on: shown without a stack. */
export class UsageError extends Error {}
