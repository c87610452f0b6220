import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { ConfigError } from '../config/config-error.js';
import { ServerConfig } from '../config/server-config.js';
import { dataSourceOptions, serverDataSourceOptions } from './data-source.js';
import { DatabaseServer, ExternalDatabase } from './database-server.js';
import { EmbeddedDatabase } from './embedded-database.js';
import { migrate } from './migrate.js';

/** One holds the lock, the other migrates. */
const MIGRATION_CONNECTIONS = 2;

@Module({
  providers: [{ provide: DatabaseServer, inject: [ServerConfig], useFactory: startDatabase }],
  exports: [DatabaseServer],
})
class DatabaseServerModule {}

/** The migrated database, for every module. */
@Module({
  imports: [
    DatabaseServerModule,
    TypeOrmModule.forRootAsync({
      imports: [DatabaseServerModule],
      inject: [DatabaseServer],
      useFactory: async (server: DatabaseServer) => {
        await migrateOrExplain(server);
        // One try, one clear answer: whoever started the server starts it again.
        return { ...serverDataSourceOptions(server.url, server.maxConnections), retryAttempts: 1 };
      },
    }),
  ],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(
    private readonly server: DatabaseServer,
    private readonly dataSource: DataSource,
  ) {}

  /** First the connections, then the server: an embedded one would break them. */
  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
    await this.server.stop();
  }
}

async function startDatabase({
  databaseUrl,
  databaseMaxConnections,
  dataDirectory,
}: ServerConfig): Promise<DatabaseServer> {
  return databaseUrl === null
    ? EmbeddedDatabase.start(dataDirectory)
    : new ExternalDatabase(databaseUrl, databaseMaxConnections);
}

async function migrateOrExplain(server: DatabaseServer): Promise<void> {
  try {
    await migrate(dataSourceOptions(server.url, MIGRATION_CONNECTIONS));
  } catch (cause) {
    await server.stop();
    const place = withoutPassword(server.url);
    throw new ConfigError([`The database at ${place} cannot be used: ${reasonOf(cause)}`], {
      cause,
    });
  }
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
