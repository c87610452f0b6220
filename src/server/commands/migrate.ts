import 'reflect-metadata';
import { readDatabaseConfig } from '../config/read-config.js';
import { migrateDatabase, startDatabase } from '../database/prepare-database.js';
import { runCommand } from './run-command.js';

/** Runs the migrations and ends, for operators whose servers do not. It needs no keys. */
await runCommand(async () => {
  const config = readDatabaseConfig(process.env);
  const server = await startDatabase(config);
  await migrateDatabase(server, config);
  await server.stop();
  process.stdout.write('The tables are up to date.\n');
});
