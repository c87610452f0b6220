/* global AbortController */
import { setMaxListeners } from 'node:events';
import pg from 'pg';
import { say } from './progress.mjs';
import { createThrowawayDatabase } from './throwaway-database.mjs';
import { UsageError } from './usage-error.mjs';

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
