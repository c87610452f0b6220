import { Global, Module, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ServerConfig } from '../config/server-config.js';
import { DatabaseServer } from './database-server.js';
import { openDatabase, startDatabase } from './prepare-database.js';

/**
 * The migrated database, for every module. It stands in for `TypeOrmModule.forRoot`, which would
 * open a second data source beside the one that was checked.
 */
@Global()
@Module({
  providers: [
    { provide: DatabaseServer, inject: [ServerConfig], useFactory: startDatabase },
    { provide: DataSource, inject: [DatabaseServer, ServerConfig], useFactory: openDatabase },
  ],
  exports: [DataSource],
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
