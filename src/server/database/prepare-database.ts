import { Logger } from '@nestjs/common';
import { type DataSource } from 'typeorm';
import { isOutage, refuseOtherMeanings } from '../../mfa/index.js';
import { ConfigError } from '../config/values/config-error.js';
import { type ServerConfig } from '../config/server-config.js';
import { dataSourceOptions } from './data-source.js';
import { type DatabaseServer, ExternalDatabase } from './database-server.js';
import { checkMigrations, migrate, SchemaNotCurrent } from './migrate.js';
import { openBehindPooler } from './pooler-check.js';
import { retry } from './retry.js';
import { withDataSource } from './with-data-source.js';

/** Only the migration needs one. */
const MIGRATION_CONNECTIONS = 1;

type DatabasePlace = Pick<
  ServerConfig,
  | 'databaseUrl'
  | 'databaseMaxConnections'
  | 'preparesStatements'
  | 'statementTimeoutSeconds'
  | 'dataDirectory'
>;

/** What a start may do, and how long it may take. */
type Preparation = Pick<ServerConfig, 'databaseWaitSeconds' | 'migratesAtStart'>;

const logger = new Logger('Database');

/** The configured PostgreSQL, or else the embedded one, started. */
export async function startDatabase({
  databaseUrl,
  databaseMaxConnections,
  preparesStatements,
  statementTimeoutSeconds,
  dataDirectory,
}: DatabasePlace): Promise<DatabaseServer> {
  if (databaseUrl !== null) {
    return new ExternalDatabase(
      databaseUrl,
      databaseMaxConnections,
      preparesStatements,
      statementTimeoutSeconds,
    );
  }
  // Half a megabyte of JavaScript that is needed only here.
  const { EmbeddedDatabase } = await import('./embedded-database.js');
  return EmbeddedDatabase.start(dataDirectory);
}

/**
 * Waits until the database is usable and has the tables of this version, and runs the migrations
 * unless another process does. On failure it stops the database server.
 *
 * @returns the connections of the server, which the checks have used
 * @throws {ConfigError} when that takes longer than the wait, or when waiting cannot help
 */
export function openDatabase(
  server: DatabaseServer,
  { databaseWaitSeconds, migratesAtStart }: Preparation,
): Promise<DataSource> {
  return onceUsable(server, databaseWaitSeconds, () =>
    migratesAtStart ? openMigrated(server) : openCurrent(server),
  );
}

/**
 * As {@link openDatabase}, for a process that runs the migrations and nothing else. That demands
 * less of a pooler.
 */
export function migrateDatabase(
  server: DatabaseServer,
  { databaseWaitSeconds }: Pick<Preparation, 'databaseWaitSeconds'>,
): Promise<void> {
  return onceUsable(server, databaseWaitSeconds, () => migrateSound(server));
}

async function onceUsable<T>(
  server: DatabaseServer,
  limitSeconds: number,
  use: () => Promise<T>,
): Promise<T> {
  const place = withoutPassword(server.url);
  try {
    return await retry(use, {
      limitSeconds,
      isTransientError: (error) => error instanceof SchemaNotCurrent || isOutage(error),
      report: (error) =>
        logger.warn(
          `The database at ${place} cannot be used yet: ${reasonOf(error)}; waiting up to ${limitSeconds} s in all`,
        ),
    });
  } catch (cause) {
    await server.stop();
    const reason = reasonOf(cause);
    throw new ConfigError([`The database at ${place} cannot be used: ${reason}`], { cause });
  }
}

/** Most starts find no migration to run, and need no further connection. */
async function openMigrated(server: DatabaseServer): Promise<DataSource> {
  try {
    return await openCurrent(server);
  } catch (error) {
    if (!(error instanceof SchemaNotCurrent)) throw error;
  }
  await migrateSound(server);
  return openCurrent(server);
}

/** @throws {SchemaNotCurrent} when migrations are pending */
function openCurrent(server: DatabaseServer): Promise<DataSource> {
  return openBehindPooler(server, async (dataSource) => {
    await refuseOtherMeanings(dataSource);
    await checkMigrations(dataSource);
  });
}

/** Reports errors of the database itself before changing anything in it. */
function migrateSound({ url }: DatabaseServer): Promise<void> {
  return withDataSource(dataSourceOptions(url, MIGRATION_CONNECTIONS), async (dataSource) => {
    await refuseOtherMeanings(dataSource);
    await migrate(dataSource);
  });
}

function withoutPassword(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** If no address of a host answers, Node's error has a code and no message. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.message === '' && 'code' in cause ? String(cause.code) : cause.message;
}
