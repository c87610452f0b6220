import pg from 'pg';
import { prepareStatements } from '../../src/server/database/prepare-statements.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const SELECT = 'SELECT * FROM things WHERE id = $1';

describe('a connection that prepares its statements', () => {
  let database: TestDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('CREATE TABLE things (id integer)');
    await client.query('INSERT INTO things VALUES (1), (2)');
    prepareStatements(client);
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  const find = (id: number) => client.query(SELECT, [id]);
  const prepared = async () => {
    const { rows } = await client.query<{ times: string }>(
      `SELECT (generic_plans + custom_plans)::text AS times FROM pg_prepared_statements
       WHERE statement LIKE 'SELECT * FROM things%'`,
    );
    return rows.map(({ times }) => Number(times));
  };

  it('parses a statement with parameters once', async () => {
    for (const id of [1, 2, 3]) {
      expect((await find(id)).rows).toEqual(id < 3 ? [{ id }] : []);
    }
    expect(await prepared()).toEqual([3]);
  });

  it('serves those who wait by a callback as well', async () => {
    const rows = await new Promise((resolve) => {
      client.query(SELECT, [2], (_, result) => resolve(result.rows));
    });
    expect(rows).toEqual([{ id: 2 }]);
  });

  it('tells of a refusal as ever', async () => {
    await expect(client.query('SELECT 1 / $1::int AS x', [0])).rejects.toThrow('division by zero');
  });

  it('prepares anew, after one failure, what a change of the tables outdated', async () => {
    await find(1);
    await client.query('ALTER TABLE things ADD COLUMN name text');
    await expect(find(1)).rejects.toMatchObject({ code: '0A000' });
    expect((await find(1)).rows).toEqual([{ id: 1, name: null }]);
  });

  it('prepares anew, after one failure, what the session has lost', async () => {
    await find(1);
    await client.query('DEALLOCATE ALL');
    await expect(find(1)).rejects.toMatchObject({ code: '26000' });
    expect((await find(1)).rows).toEqual([{ id: 1, name: null }]);
  });
});
