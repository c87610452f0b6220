import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { ServerConfig } from '../config/server-config.js';
import { serverDataSourceOptions } from './data-source.js';
import { DatabaseServer } from './database-server.js';
import { prepareDatabase, startDatabase } from './prepare-database.js';

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
      inject: [DatabaseServer, ServerConfig],
      useFactory: async (server: DatabaseServer, config: ServerConfig) => {
        await prepareDatabase(server, { ...config, serves: true });
        // One try: the database has just answered, and a supervisor restarts the server.
        return { ...serverDataSourceOptions(server), retryAttempts: 1 };
      },
    }),
  ],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(
    private readonly server: DatabaseServer,
    private readonly dataSource: DataSource,
  ) {}

  /** Closes the connections first: stopping an embedded server would break them. */
  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
    await this.server.stop();
  }
}
