import { type DataSource, type QueryRunner } from 'typeorm';
import { systemErrorCode } from '../config/values/system-error.js';
import { serverDataSourceOptions } from './data-source.js';
import { type DatabaseServer } from './database-server.js';
import { openDataSource, withDataSource } from './with-data-source.js';

/** A pooler between this server and PostgreSQL does not support what the server needs. */
export class UnsuitablePooler extends Error {}

const NO_PREPARED_STATEMENTS =
  'A pooler changes the session between transactions and does not know prepared statements: set DATABASE_PREPARED_STATEMENTS=off, or have it know them (PgBouncer from 1.21 on, with max_prepared_statements above 0).';

const NO_STARTUP_PARAMETER =
  "set DATABASE_STATEMENT_TIMEOUT_SECONDS=0 and the limit by ALTER ROLE … SET statement_timeout = '10s', or have the pooler pass over it (PgBouncer: ignore_startup_parameters = statement_timeout).";

/** The name is already taken by a statement of another client (42P05), or unknown by now (26000). */
const LOST_STATEMENTS: ReadonlySet<unknown> = new Set(['42P05', '26000']);

/** Enough to meet another session even if the pooler does not hand out sessions in order. */
const ROUNDS = 3;
/** How many connections alternate. */
const CLIENTS = 2;

/**
 * Connects, and checks that a pooler in between supports what the server needs. A pooler may refuse
 * a startup parameter, or run each transaction in another session, where statements are not
 * prepared.
 *
 * @param check any further check; the connections stay open only if it passes
 * @throws {UnsuitablePooler} that says what to do
 */
export async function openBehindPooler(
  server: DatabaseServer,
  check: (dataSource: DataSource) => Promise<void>,
): Promise<DataSource> {
  const options = serverDataSourceOptions(server);
  try {
    return await openDataSource(options, async (dataSource) => {
      if (server.preparesStatements) await refuseLostStatements(server, dataSource);
      await check(dataSource);
    });
  } catch (error) {
    throw explained(error);
  }
}

function refuseLostStatements(server: DatabaseServer, dataSource: DataSource): Promise<void> {
  if (server.maxConnections >= CLIENTS) return prepareTwice(dataSource);
  // The pool of the server is too small for two clients.
  const { url, preparesStatements, statementTimeoutSeconds } = server;
  const connecting = { url, preparesStatements, statementTimeoutSeconds, maxConnections: CLIENTS };
  return withDataSource(serverDataSourceOptions(connecting), prepareTwice);
}

/** Two clients alternate with one statement under one name, which works only if each has its own session. */
async function prepareTwice(dataSource: DataSource): Promise<void> {
  const clients: readonly QueryRunner[] = Array.from({ length: CLIENTS }, () =>
    dataSource.createQueryRunner(),
  );
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const client of clients) await client.query('SELECT $1::integer', [round]);
    }
  } finally {
    for (const client of clients) await client.release();
  }
}

function explained(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (LOST_STATEMENTS.has(systemErrorCode(error)))
    return new UnsuitablePooler(NO_PREPARED_STATEMENTS);
  const isRefused =
    systemErrorCode(error) === '08P01' && error.message.includes('statement_timeout');
  if (!isRefused) return error;
  return new UnsuitablePooler(`A pooler refuses "${error.message}": ${NO_STARTUP_PARAMETER}`);
}
