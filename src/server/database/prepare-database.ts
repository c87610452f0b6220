import { Logger } from '@nestjs/common';
import { type DataSourceOptions } from 'typeorm';
import { ConfigError } from '../config/config-error.js';
import { type ServerConfig } from '../config/server-config.js';
import { dataSourceOptions } from './data-source.js';
import { type DatabaseServer, ExternalDatabase } from './database-server.js';
import { isWorthWaiting } from './is-worth-waiting.js';
import { checkMigrations, migrate, SchemaNotCurrent } from './migrate.js';
import { tryUntil } from './try-until.js';

/** One holds the lock, the other migrates. */
const MIGRATION_CONNECTIONS = 2;

type DatabasePlace = Pick<
  ServerConfig,
  'databaseUrl' | 'databaseMaxConnections' | 'preparesStatements' | 'dataDirectory'
>;

type Preparation = Pick<ServerConfig, 'databaseWaitSeconds' | 'migratesAtStart'>;

const logger = new Logger('Database');

/** The PostgreSQL that the configuration names, or the embedded one, which is started. */
export async function startDatabase({
  databaseUrl,
  databaseMaxConnections,
  preparesStatements,
  dataDirectory,
}: DatabasePlace): Promise<DatabaseServer> {
  if (databaseUrl !== null) {
    return new ExternalDatabase(databaseUrl, databaseMaxConnections, preparesStatements);
  }
  // Half a megabyte of JavaScript that no other server needs.
  const { EmbeddedDatabase } = await import('./embedded-database.js');
  return EmbeddedDatabase.start(dataDirectory);
}

/**
 * Waits until the database can be used and its tables are those of this version, which it makes them
 * unless others do. A database that cannot be used is stopped.
 *
 * @throws {ConfigError} when that takes longer than the wait, or when waiting cannot help
 */
export async function prepareDatabase(
  server: DatabaseServer,
  { databaseWaitSeconds: limitSeconds, migratesAtStart }: Preparation,
): Promise<void> {
  const options = dataSourceOptions(server.url, MIGRATION_CONNECTIONS);
  const place = withoutPassword(server.url);
  try {
    await tryUntil(() => prepareOnce(options, migratesAtStart), {
      limitSeconds,
      isWorthWaiting: (error) => error instanceof SchemaNotCurrent || isWorthWaiting(error),
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

function prepareOnce(options: DataSourceOptions, migratesAtStart: boolean): Promise<void> {
  return migratesAtStart ? migrate(options) : checkMigrations(options);
}

function withoutPassword(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** Where no address of a host answers, Node's error has a code and no message. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.message === '' && 'code' in cause ? String(cause.code) : cause.message;
}
