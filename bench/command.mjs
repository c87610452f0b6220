/* global AbortController */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once, setMaxListeners } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
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
    for (const task of cleanup.reverse()) {
      await task().catch((error) => say(`Not cleaned up: ${String(error)}`));
    }
  }
}

/**
 * A database for this run alone, and a connection to it; the end drops both.
 *
 * @param {string} adminUrl with a role that may create databases
 * @param {Context} context
 * @returns {Promise<Database>}
 * @throws {UsageError} when PostgreSQL does not answer or refuses
 */
export async function openDatabase(adminUrl, { signal, cleanup }) {
  const name = `bench_${randomBytes(6).toString('hex')}`;
  try {
    await runStatement(adminUrl, `CREATE DATABASE ${name}`);
  } catch (cause) {
    const { message, code } = /** @type {NodeJS.ErrnoException} */ (cause);
    throw new UsageError(
      `The benchmark needs a PostgreSQL where it may create a database: set BENCH_DATABASE_URL (${message || code}).`,
      { cause },
    );
  }
  cleanup.push(() => runStatement(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  say(`Database ${name}, dropped at the end.`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const client = await connect(url.href);
  cleanup.push(() => client.end());
  return { url: url.href, client, signal, cleanup };
}

/** @param {string} url */
async function connect(url) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A lost connection shows at the next statement.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/**
 * @param {string} url
 * @param {string} statement
 */
async function runStatement(url, statement) {
  const client = await connect(url);
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
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

/**
 * The values of the flags that were given.
 *
 * @template {string} Text
 * @template {string} Switch
 * @param {string[]} args
 * @param {{texts: Text[], switches: Switch[], usage: string}} known
 * @returns {{[Name in Text]?: string} & {[Name in Switch]?: boolean}}
 * @throws {UsageError} at a flag that is not known
 */
export function parseFlags(args, { texts, switches, usage }) {
  /** @type {import('node:util').ParseArgsConfig['options']} */
  const options = Object.fromEntries([
    ...texts.map((name) => [name, { type: 'string' }]),
    ...switches.map((name) => [name, { type: 'boolean' }]),
  ]);
  try {
    // `options` has only the known names, with these types.
    return /** @type {ReturnType<typeof parseFlags<Text, Switch>>} */ (
      parseArgs({ args, options }).values
    );
  } catch (cause) {
    throw new UsageError(`${/** @type {Error} */ (cause).message}\n${usage}`);
  }
}

/**
 * @param {string} name
 * @param {string | undefined} text
 * @param {{default: number, least: number, greatest: number}} range
 */
export function wholeNumber(name, text, { default: usual, least, greatest }) {
  const value = Number(text ?? usual);
  if (Number.isInteger(value) && value >= least && value <= greatest) return value;
  throw new UsageError(`--${name} takes a whole number from ${least} to ${greatest}.`);
}

/**
 * Whole numbers with commas between them.
 *
 * @param {string} name
 * @param {string | undefined} text
 * @param {{default: string, least: number, greatest: number}} range
 * @returns {number[]}
 */
export function wholeNumbers(name, text, { default: usual, ...range }) {
  return (text ?? usual)
    .split(',')
    .map((part) => wholeNumber(name, part, { ...range, default: NaN }));
}

/** The URL of a PostgreSQL where the benchmark may create a database. */
export function databaseUrl() {
  return process.env.BENCH_DATABASE_URL || 'postgres://postgres@127.0.0.1:5432/postgres';
}

/**
 * The named ones in their order; all of them if none is named.
 *
 * @param {string} flag
 * @param {string | undefined} text names with commas between them
 * @param {string[]} known
 */
export function namesOf(flag, text, known) {
  const given = text?.split(',') ?? known;
  const strange = given.find((name) => !known.includes(name));
  if (strange === undefined) return known.filter((name) => given.includes(name));
  throw new UsageError(`--${flag} knows no ${strange}, but ${known.join(', ')}.`);
}

/**
 * What was typed, as the results have it.
 *
 * @param {string} script of package.json
 * @param {string[]} args
 */
export function commandOf(script, args) {
  return [`npm run ${script}`, ...(args.length ? ['--', ...args] : [])].join(' ');
}
