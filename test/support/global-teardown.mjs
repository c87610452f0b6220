import { rm } from 'node:fs/promises';

/** Stops what the global setup started, and removes the run's files. */
export default async function globalTeardown() {
  for (const database of globalThis.runDatabases) await database.stop();
  await rm(process.env.RUN_FOLDER, { recursive: true, force: true });
}
