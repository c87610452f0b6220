import { jest } from '@jest/globals';
import { HashCensus } from '../../../src/server/identity/hashes/hash-census.js';
import { startServer, type TestServer, type TestUser } from '../../support/server.js';
import { keepAsBcrypt, slowWorkDuring } from '../../support/slow-hashes.js';

/** What runs for a wrong password: times would be noise, and follow from it. */
const BCRYPT = 'bcrypt 5';
const ARGON2ID = 'argon2id 8 1';
const PASSWORD = 'not the password';
const UNKNOWN = Array.from({ length: 40 }, (_, i) => `nobody${i}`);

let server: TestServer;
let users: TestUser[];
beforeAll(async () => {
  server = await startServer();
  users = [await server.register(), await server.register()];
});
afterAll(() => server.stop());
afterEach(() => jest.restoreAllMocks());

async function workOf(username: string): Promise<string> {
  const [reply, work] = await slowWorkDuring(server, () =>
    server.post('/login/', { username, password: PASSWORD }),
  );
  expect([reply.status, reply.body.code]).toEqual([400, 'invalid_credentials']);
  return work.join(', ');
}

async function worksOf(names: readonly string[]): Promise<string[]> {
  const works: string[] = [];
  for (const name of names) works.push(await workOf(name));
  return works;
}

const namesOf = (some: readonly TestUser[]) => some.map(({ username }) => username);

/** Has the table counted again, as the first sign-in of the next hour does. */
async function countAgain(): Promise<void> {
  const transaction = jest.spyOn(server.dataSource, 'transaction');
  server.clock.advance({ seconds: 3600 });
  await workOf('first of the hour');
  // A failed sign-in of nobody begins no transaction of its own.
  expect(transaction).toHaveBeenCalledTimes(1);
  await Promise.allSettled(transaction.mock.results.map(({ value }) => value));
  transaction.mockRestore();
}

it('cost one hash of argon2id where no password is kept otherwise', async () => {
  const works = await worksOf([...namesOf(users), ...UNKNOWN]);
  expect(new Set(works)).toEqual(new Set([ARGON2ID]));
});

it('cost either hash while both are kept, each name the same one in whatever case', async () => {
  const [old, current] = users as [TestUser, TestUser];
  await keepAsBcrypt(server, old, 5);
  await countAgain();
  expect(await worksOf(namesOf([old, current]))).toEqual([BCRYPT, ARGON2ID]);
  const works = await worksOf(UNKNOWN);
  expect(new Set(works)).toEqual(new Set([BCRYPT, ARGON2ID]));
  expect(await worksOf(UNKNOWN.map((name) => name.toUpperCase()))).toEqual(works);
});

it('cost one hash of bcrypt where all passwords are kept so', async () => {
  for (const user of users) await keepAsBcrypt(server, user, 5);
  const sibling = await server.startSibling();
  const all = [...namesOf(users), ...UNKNOWN];
  const [, work] = await slowWorkDuring(sibling, async () => {
    for (const username of all) await sibling.post('/login/', { username, password: PASSWORD });
  });
  await sibling.stop();
  expect(work).toEqual(all.map(() => BCRYPT));
});

it('cost argon2id again once nobody has bcrypt any more, but not before that is counted', async () => {
  await countAgain();
  await server.dataSource.query('UPDATE users SET password_hash = NULL');
  expect(await worksOf(UNKNOWN)).toEqual(UNKNOWN.map(() => BCRYPT));
  await server.dataSource.query('ALTER TABLE users RENAME TO locked_users');
  await server.app.get(HashCensus, { strict: false }).onApplicationBootstrap();
  await server.dataSource.query('ALTER TABLE locked_users RENAME TO users');
  expect(await worksOf(UNKNOWN)).toEqual(UNKNOWN.map(() => BCRYPT));
  await countAgain();
  expect(await worksOf(UNKNOWN)).toEqual(UNKNOWN.map(() => ARGON2ID));
});
