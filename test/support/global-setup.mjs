import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/**
 * Finds the databases of this run: the PostgreSQL that TEST_DATABASE_URL names, which serves all
 * workers, else an embedded one for each, as it runs one session. Those take seconds to make and so
 * are made once. What the files of this run share on disk has a folder of its own. Jest loads this
 * file without a transform.
 */
export default async function globalSetup({ maxWorkers }) {
  const given = process.env.TEST_DATABASE_URL;
  process.env.RUN_FOLDER = await mkdtemp(join(tmpdir(), 'nestjs-mfa-run-'));
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
