/* global AbortController */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once, setMaxListeners } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

/**
 * What every part of a command gets: `cleanup` holds what must be done at the end, last first.
 *
 * @typedef {{signal: AbortSignal, cleanup: (() => Promise<unknown>)[]}} Context
 * @typedef {{url: string, client: pg.Client} & Context} Database
 */

/**
 * Runs a command of the benchmark. A signal stops it, and it always cleans up.
 *
 * @param {(context: Context) => Promise<void>} run
 */
export async function runCommand(run) {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => stop.abort());
  // Each request under way listens to the signal.
  setMaxListeners(0, stop.signal);
  /** @type {Context['cleanup']} */
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

/**
 * A database for this run alone, and a connection to it; the end drops both.
 *
 * @param {string} adminUrl
 * @param {Context} context
 * @returns {Promise<Database>}
 */
export async function openDatabase(adminUrl, { signal, cleanup }) {
  const { name, url, drop } = await createThrowawayDatabase(adminUrl);
  cleanup.push(drop);
  say(`Database ${name}, dropped at the end.`);
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A lost connection shows at the next statement.
  client.on('error', () => {});
  await client.connect();
  cleanup.push(() => client.end());
  return { url, client, signal, cleanup };
}

/**
 * Runs a program to its end. It gets a process group of its own, so that the signal, or the end of
 * this process, also ends what it started.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{cwd: string, signal: AbortSignal}} where
 * @returns {Promise<string>} what it wrote to its standard output
 * @throws {UsageError} when it fails, with what it wrote
 */
export async function runProgram(program, args, { cwd, signal }) {
  signal.throwIfAborted();
  const child = spawn(program, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const end = () => endGroup(child.pid);
  signal.addEventListener('abort', end);
  process.once('exit', end);
  try {
    const closed = once(child, 'close');
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
    signal.throwIfAborted();
    if (child.exitCode === 0) return output;
    throw new UsageError(`${[program, ...args].join(' ')} failed.\n${output}${errors}`);
  } finally {
    signal.removeEventListener('abort', end);
    process.off('exit', end);
  }
}

/** @param {number | undefined} pid of the group's first process */
function endGroup(pid) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {
    // It has ended by itself.
  }
}

/**
 * @param {unknown} error
 * @param {AbortSignal} signal
 */
function explain(error, signal) {
  if (signal.aborted) return 'Stopped.';
  if (!(error instanceof Error)) return String(error);
  return error instanceof UsageError ? error.message : (error.stack ?? error.message);
}

/**
 * Runs the tasks, last first, even if some fail.
 *
 * @param {Context['cleanup']} tasks
 */
async function cleanUp(tasks) {
  for (const task of tasks.reverse()) {
    await task().catch((error) => say(`Not cleaned up: ${String(error)}`));
  }
}

const CONNECT_TIMEOUT_MILLISECONDS = 5_000;

/**
 * Creates a new database on the server of the given one, which stays unchanged.
 *
 * @param {string} adminUrl with a role that may create databases
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

/**
 * @param {string} url
 * @param {string} statement
 */
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

/**
 * @param {string} url
 * @param {string} statement
 */
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

/**
 * Writes everything, single runs included, and returns the path of the file.
 *
 * @template {{startedAt: string}} Result
 * @param {string} kind
 * @param {Result} result
 */
export async function writeResult(kind, result) {
  await mkdir(RESULTS, { recursive: true });
  const file = new URL(`${kind}-${result.startedAt.replaceAll(':', '-')}.json`, RESULTS);
  await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
  return fileURLToPath(file);
}

/**
 * Progress goes to stderr, so that stdout has the result alone.
 *
 * @param {string} text
 */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** An error that a person can act on, shown without a stack. */
export class UsageError extends Error {}
