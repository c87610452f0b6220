import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

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
  const first = await PGlite.create();
  const loadDataDir = await first.dumpDataDir('none');
  const databases = [first];
  while (databases.length < count) databases.push(await PGlite.create({ loadDataDir }));
  return Promise.all(databases.map(listen));
}

async function listen(db) {
  const server = new PGLiteSocketServer({ db, port: 0, host: '127.0.0.1', maxConnections: 20 });
  await server.start();
  return {
    url: `postgres://postgres:postgres@${server.getServerConn()}/postgres`,
    stop: async () => {
      await server.stop();
      await db.close();
    },
  };
}
