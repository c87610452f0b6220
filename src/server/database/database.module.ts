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
        // One try: by now it has answered, and whoever started the server starts it again.
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

  /** First the connections, then the server: an embedded one would break them. */
  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
    await this.server.stop();
  }
}
