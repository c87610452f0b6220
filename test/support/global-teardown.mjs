/** Stops what the set-up started. */
export default async function globalTeardown() {
  for (const database of globalThis.runDatabases) await database.stop();
}
