import { Logger } from '@nestjs/common';
import { isOutage, refuseOtherMeanings } from '../../mfa/index.js';
import { ConfigError } from '../config/values/config-error.js';
import { type ServerConfig } from '../config/server-config.js';
import { dataSourceOptions } from './data-source.js';
import { type DatabaseServer, ExternalDatabase } from './database-server.js';
import { checkMigrations, migrate, SchemaNotCurrent } from './migrate.js';
import { refuseUnsuitablePooler } from './pooler-check.js';
import { retry } from './retry.js';
import { withDataSource } from './with-data-source.js';

/** The one that migrates. */
const MIGRATION_CONNECTIONS = 1;

type DatabasePlace = Pick<
  ServerConfig,
  | 'databaseUrl'
  | 'databaseMaxConnections'
  | 'preparesStatements'
  | 'statementTimeoutSeconds'
  | 'dataDirectory'
>;

/** What is done before a database is used. */
interface Preparation extends Pick<ServerConfig, 'databaseWaitSeconds' | 'migratesAtStart'> {
  /** Whether requests will be answered from it, which asks more of a pooler than a migration does. */
  readonly serves: boolean;
}

const logger = new Logger('Database');

/** The PostgreSQL that the configuration names, or the embedded one, which is started. */
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
  preparation: Preparation,
): Promise<void> {
  const { databaseWaitSeconds: limitSeconds } = preparation;
  const place = withoutPassword(server.url);
  try {
    await retry(() => prepareOnce(server, preparation), {
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

/** Whatever is wrong with the database itself is told before anything in it changes. */
async function prepareOnce(server: DatabaseServer, { serves, migratesAtStart }: Preparation) {
  if (serves) await refuseUnsuitablePooler(server);
  const options = dataSourceOptions(server.url, MIGRATION_CONNECTIONS);
  await withDataSource(options, refuseOtherMeanings);
  await (migratesAtStart ? migrate(options) : checkMigrations(options));
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
