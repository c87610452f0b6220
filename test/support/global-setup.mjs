import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * Finds the databases of this run: the PostgreSQL that TEST_DATABASE_URL names, which serves all
 * workers, else an embedded one for each, as it runs one session. Those take seconds to make and so
 * are made once. Jest loads this file without a transform.
 */
export default async function globalSetup({ maxWorkers }) {
  const given = process.env.TEST_DATABASE_URL;
  const databases = given ? [] : await startEmbedded(maxWorkers);
  process.env.RUN_DATABASE_URLS = JSON.stringify(given ? [given] : databases.map(({ url }) => url));
  process.env.RUN_DATABASE_KIND = given ? 'postgresql' : 'embedded';
  globalThis.runDatabases = databases;
}

/** A copy of a new database is at hand sooner than another new one. */
async function startEmbedded(count) {
  const { dump, ...first } = await startOne(null);
  const others = Array.from({ length: count - 1 }, () => startOne(dump));
  return [first, ...(await Promise.all(others))];
}

async function startOne(dump) {
  const thread = new Worker(new URL('embedded-database.mjs', import.meta.url), {
    workerData: { dump },
  });
  const [started] = await once(thread, 'message');
  return { ...started, stop: () => thread.terminate() };
}
