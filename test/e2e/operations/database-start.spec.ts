import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../../src/server/database/data-source.js';
import { ExternalDatabase } from '../../../src/server/database/database-server.js';
import { openDatabase } from '../../../src/server/database/prepare-database.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

const START = { databaseWaitSeconds: 0, migratesAtStart: true };

let database: TestDatabase;
let proxy: TcpProxy;

beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await TcpProxy.start(database.url);
  const migrating = await new DataSource(dataSourceOptions(database.url, 1)).initialize();
  await migrating.runMigrations();
  await migrating.destroy();
});
afterAll(async () => {
  await proxy.stop();
  await database.drop();
});

describe('a start on a database that has its tables', () => {
  it('serves over the two connections of its checks', async () => {
    if (!database.isConcurrent) return;
    const opened = await openDatabase(new ExternalDatabase(proxy.url, 10, true, 10), START);
    await Promise.all([opened.query('SELECT 1'), opened.query('SELECT 1')]);
    expect(proxy.connections).toBe(2);
    await opened.destroy();
  });
});
