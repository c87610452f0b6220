import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

/**
 * Provides the databases of this run: the PostgreSQL of TEST_DATABASE_URL for all workers,
 * otherwise an embedded one for each worker, because it has one session. Embedded ones take seconds
 * to create, so they are created once. Files that the specs of this run share are in a folder of
 * its own. Jest loads this file without a transform.
 */
export default async function globalSetup({ maxWorkers }) {
  const given = process.env.TEST_DATABASE_URL;
  process.env.RUN_FOLDER = await mkdtemp(join(tmpdir(), 'nestjs-mfa-run-'));
  const databases = given ? [] : await startEmbedded(maxWorkers);
  process.env.RUN_DATABASE_URLS = JSON.stringify(given ? [given] : databases.map(({ url }) => url));
  process.env.RUN_DATABASE_KIND = given ? 'postgresql' : 'embedded';
  globalThis.runDatabases = databases;
}

/** Copying a new database is faster than creating another, so a copy is kept, also for the next run. */
async function startEmbedded(count) {
  const kept = await keptCopy();
  const dump = await readFile(kept).catch(() => null);
  const first = await startOne(dump);
  if (dump === null) await keep(first.dump, kept);
  const copy = dump ?? first.dump;
  const others = Array.from({ length: count - 1 }, () => startOne(copy));
  return [first, ...(await Promise.all(others))];
}

/** The path of the kept copy for this version of the embedded database. */
async function keptCopy() {
  const manifest = join(MODULES, '@electric-sql/pglite/package.json');
  const { version } = JSON.parse(await readFile(manifest, 'utf8'));
  return join(MODULES, '.cache/nestjs-mfa', `pglite-${version}.tar`);
}

/** Atomic, because another run may look for the copy now. Failing to keep it is no error. */
async function keep(dump, path) {
  try {
    await mkdir(dirname(path), { recursive: true });
    const draft = `${path}.${process.pid}`;
    await writeFile(draft, new Uint8Array(dump));
    await rename(draft, path);
  } catch {
    // The folder is not writable.
  }
}

async function startOne(dump) {
  const thread = new Worker(new URL('embedded-database.mjs', import.meta.url), {
    workerData: { dump },
  });
  const [started] = await once(thread, 'message');
  return { ...started, stop: () => thread.terminate() };
}
