import 'reflect-metadata';
import { readDatabaseConfig } from '../config/read-config.js';
import { prepareDatabase, startDatabase } from '../database/prepare-database.js';
import { runCommand } from './run-command.js';

/** Brings the tables up to date and ends, for operators who let no server do it. It is given no keys. */
await runCommand(async () => {
  const config = readDatabaseConfig(process.env);
  const server = await startDatabase(config);
  await prepareDatabase(server, { ...config, migratesAtStart: true, serves: false });
  await server.stop();
  process.stdout.write('The tables are up to date.\n');
});
