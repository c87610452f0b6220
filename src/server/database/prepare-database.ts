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

/** The steps before a database is used. */
interface Preparation extends Pick<ServerConfig, 'databaseWaitSeconds' | 'migratesAtStart'> {
  /** Whether it will serve requests, which demands more of a pooler than migrations do. */
  readonly serves: boolean;
}

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

/** Reports errors of the database itself before changing anything in it. */
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

/** If no address of a host answers, Node's error has a code and no message. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.message === '' && 'code' in cause ? String(cause.code) : cause.message;
}
