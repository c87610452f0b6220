import { ModulesContainer } from '@nestjs/core';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { HostDatabase } from '../../../src/mfa/persistence/database/host-database.js';
import { TestServer } from '../../support/server.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

/** What others have `ALTER DATABASE` set. The embedded database has one session for all, and no such thing. */
let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

/** Runs statements on a connection of its own. */
async function run(...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

function altered(...settings: string[]): Promise<void> {
  const name = new URL(database.url).pathname.slice(1);
  return run(...settings.map((setting) => `ALTER DATABASE ${name} SET ${setting}`));
}

describe('a server on a database that writes times in another way', () => {
  it.each(['German', 'SQL', 'Postgres'])(
    'reads those of DateStyle %s all the same',
    async (style) => {
      if (!database.isConcurrent) return;
      await altered(
        `datestyle = '${style}'`,
        `timezone = 'America/St_Johns'`,
        `standard_conforming_strings = off`,
      );
      const server = await TestServer.start(database, {}, false);
      try {
        const me = await server.signUp();
        const { secret } = await server.enrolApp(me);
        const token = await server.beginLogin(me.user);
        expect(await server.verifyLogin(token, server.totp(secret))).toMatchObject({ status: 200 });
        await server.disable(me.user);
        expect(await server.login(me.user)).toMatchObject({ status: 400 });
      } finally {
        await server.stop();
      }
    },
  );
});

describe('a server on a database of another locale', () => {
  it.each([
    ['C', `LC_COLLATE 'C' LC_CTYPE 'C'`],
    ['Turkish', `LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR' LC_COLLATE 'C' LC_CTYPE 'C'`],
  ])('knows people whatever the case of their names: %s', async (locale, clause) => {
    if (!database.isConcurrent) return;
    const url = new URL(database.url);
    const name = `${url.pathname.slice(1)}_${locale.toLowerCase()}`;
    await run(`CREATE DATABASE ${name} ENCODING 'UTF8' ${clause} TEMPLATE template0`);
    url.pathname = `/${name}`;
    const settings = { ...database.settings, DATABASE_URL: url.href };
    const other: TestDatabase = { ...database, url: url.href, settings };
    const server = await TestServer.start(other, {}, false);
    const password = 'correct horse battery';
    try {
      const jurgen = { username: 'Jürgen', email: 'INFO@example.org', password };
      expect(await server.post('/registration/', jurgen)).toMatchObject({ status: 201 });
      const again = { username: 'JÜRGEN', email: 'info@example.org', password };
      expect((await server.post('/registration/', again)).status).toBe(400);
      const otherName = { ...again, username: 'ada' };
      expect((await server.post('/registration/', otherName)).body.errors).toHaveProperty('email');
      for (const login of [{ username: 'JÜRGEN' }, { email: 'info@example.org' }]) {
        expect((await server.post('/login/', { ...login, password })).status).toBe(200);
      }
    } finally {
      await server.stop();
      await run(`DROP DATABASE ${name} WITH (FORCE)`);
    }
  });
});

describe('a data source of a host', () => {
  let dataSource: DataSource;

  const open = async (): Promise<HostDatabase> => {
    dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      installExtensions: false,
      poolSize: 1,
    }).initialize();
    return new HostDatabase(new ModulesContainer(), dataSource);
  };
  afterEach(async () => {
    if (database.isConcurrent) await dataSource.destroy();
  });

  it.each([
    [`datestyle = 'German'`, 'DateStyle = "German, DMY"'],
    ['standard_conforming_strings = off', 'standard_conforming_strings = "off"'],
    ['transform_null_equals = on', 'transform_null_equals = "on"'],
    ['array_nulls = off', 'array_nulls = "off"'],
    [
      `default_transaction_isolation = 'serializable'`,
      'default_transaction_isolation = "serializable"',
    ],
  ])('is refused with %s', async (setting, told) => {
    if (!database.isConcurrent) return;
    await altered(setting);
    const host = await open();
    const sentence = `The database has the setting ${told}, with which it means something else than this program: run ALTER DATABASE`;
    await expect(host.onModuleInit()).rejects.toThrow(sentence);
  });

  it('is refused where its texts are not of UTF-8', async () => {
    if (!database.isConcurrent) return;
    const url = new URL(database.url);
    const name = `${url.pathname.slice(1)}_latin`;
    await run(
      `CREATE DATABASE ${name} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`,
    );
    url.pathname = `/${name}`;
    dataSource = await new DataSource({
      type: 'postgres',
      url: url.href,
      installExtensions: false,
    }).initialize();
    await expect(
      new HostDatabase(new ModulesContainer(), dataSource).onModuleInit(),
    ).rejects.toThrow('The database has the setting server_encoding = "LATIN1"');
    await dataSource.destroy();
    await run(`DROP DATABASE ${name} WITH (FORCE)`);
    await open();
  });

  it('is refused where its driver does not read times as dates', async () => {
    if (!database.isConcurrent) return;
    const host = await open();
    const query = dataSource.query.bind(dataSource);
    // What a host does that has its own type parser for every connection.
    dataSource.query = async (...parameters: Parameters<typeof query>) => {
      const rows = await query(...parameters);
      return rows.map((row: object) => ('at' in row ? { at: String(row.at) } : row));
    };
    await expect(host.onModuleInit()).rejects.toThrow('is not read as the Date that was written');
  });

  it('has a time that cannot be read fail its statement, and not read as none', async () => {
    if (!database.isConcurrent) return;
    const host = await open();
    await host.onModuleInit();
    await host.dataSource.query(`SET datestyle = 'German'`);
    await expect(host.dataSource.query('SELECT now() AS at')).rejects.toThrow(
      'The database wrote a time that is none in ISO 8601',
    );
    await expect(host.dataSource.query('SELECT NULL::timestamptz AS at')).resolves.toEqual([
      { at: null },
    ]);
  });
});
