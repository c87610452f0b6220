import { rm } from 'node:fs/promises';

/** Stops what the set-up started, and removes what the run has left. */
export default async function globalTeardown() {
  for (const database of globalThis.runDatabases) await database.stop();
  await rm(process.env.RUN_FOLDER, { recursive: true, force: true });
}
