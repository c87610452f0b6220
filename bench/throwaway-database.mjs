import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { UsageError } from './usage-error.mjs';

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
  const drop = () => run(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  return { name, url: url.href, drop };
}

async function runOrExplain(url, statement) {
  try {
    await run(url, statement);
  } catch (cause) {
    const reason = cause.message || cause.code;
    throw new UsageError(
      `The benchmark needs a PostgreSQL where it may create a database: set BENCH_DATABASE_URL (${reason}).`,
      { cause },
    );
  }
}

async function run(url, statement) {
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
