import { type DataSource } from 'typeorm';
import {
  countCommits,
  keepsPlan,
  logStatements,
  planOf,
  rowStatements,
} from '../../support/statement-log.js';
import {
  type EnrolledApp,
  type SignedIn,
  startServer,
  type TestServer,
} from '../../support/server.js';

/** One request, with everything that it needs made before it. */
interface Work {
  readonly name: string;
  readonly roundTrips: number;
  readonly commits: number;
  readonly prepare: () => Promise<() => Promise<unknown>>;
}

/** A condition on the user to whom the rows belong, by which tables can be spread over nodes. */
const NAMES_USER = new RegExp(
  [
    String.raw`\buser_id"?\)? = \$\d`,
    String.raw`^WITH .*INSERT INTO \w+( AS \w+)? \(user_id\b`,
    String.raw`FROM "users" WHERE (id|(username|email)_key) =`,
  ].join('|'),
  's',
);

/** Many other users, so that the planner sees what it sees in earnest. Each statement has a time limit. */
async function fill(dataSource: DataSource): Promise<void> {
  for (let last = 250; last <= 4000; last += 250) await addUsers(dataSource, [last - 249, last]);
  await dataSource.query('ANALYZE');
}

async function addUsers(dataSource: DataSource, numbers: [number, number]): Promise<void> {
  const add = `
    WITH given AS (
      SELECT 'user ' || n AS user_id, gen_random_uuid() AS method_id FROM generate_series($1::int, $2) AS n
    ), account AS (
      INSERT INTO mfa_accounts (user_id, version) SELECT user_id, 1 FROM given
    ), method AS (
      INSERT INTO mfa_methods (user_id, id, handler, is_active, is_primary, created_at, confirmed_at,
        activated_at, activation, activated_version, state, state_version)
      SELECT user_id, method_id, 'app', true, true, now(), now(), now(), 0, 1, '', 1 FROM given
    ), challenge AS (
      INSERT INTO mfa_challenges (user_id, id, purpose, method_id, handler, proofs, provider,
        credentials_version, created_at, expires_at, account_version)
      SELECT user_id, gen_random_uuid(), 'login', method_id, 'app', '[]', 'local', user_id, now(),
        now(), 1 FROM given
    )
    INSERT INTO mfa_backup_codes (user_id, lookup, hash, set_id, created_at)
    SELECT user_id, 'code ' || n, '', gen_random_uuid(), now() FROM given, generate_series(1, 50) AS n`;
  await dataSource.query(add, numbers);
}

describe('the statements of the requests that are most of the load', () => {
  let server: TestServer;
  let ada: SignedIn;
  let app: EnrolledApp;

  beforeAll(async () => {
    server = await startServer();
    ada = await server.signUp();
    app = await server.enrolApp(ada);
    await fill(server.dataSource);
  });
  afterAll(() => server.stop());
  beforeEach(() => server.clock.advance({ seconds: 30 }));

  async function verifying(makeCode: () => string | undefined): Promise<() => Promise<unknown>> {
    const token = await server.beginLogin(ada.user);
    return () => server.verifyLogin(token, makeCode());
  }

  const setUp = async () => {
    const { access } = await server.signUp();
    return () => server.post('/mfa/', { method: 'app' }, access);
  };
  const setUpAnother = async () => {
    const owner = await server.signUp();
    await server.enrolApp(owner);
    return () => server.post('/mfa/', { method: 'app', label: 'Tablet' }, owner.access);
  };
  const askForStepUp = async () => {
    const owner = await server.signUp();
    await server.enrolApp(owner);
    return () => server.post('/step-up/', {}, owner.access);
  };
  const refresh = async () => {
    const newest = await server.signUp();
    return () => server.post('/token/refresh/', { refresh: newest.refresh });
  };

  const works: readonly Work[] = [
    {
      name: 'sign-in',
      roundTrips: 3,
      commits: 1,
      prepare: async () => () => server.login(ada.user),
    },
    {
      name: 'verify, right code',
      roundTrips: 2,
      commits: 2,
      prepare: () => verifying(() => server.totp(app.secret)),
    },
    {
      name: 'verify, wrong code',
      roundTrips: 2,
      commits: 2,
      prepare: () => verifying(() => '000000'),
    },
    {
      name: 'verify, wrong code of backup shape',
      roundTrips: 2,
      commits: 2,
      prepare: () => verifying(() => 'ZZZZ-ZZZZ-ZZZZ'),
    },
    {
      name: 'verify, right backup code',
      roundTrips: 2,
      commits: 2,
      prepare: () => verifying(() => app.backupCodes[0]),
    },
    { name: 'set-up', roundTrips: 4, commits: 1, prepare: setUp },
    { name: 'set-up of another app', roundTrips: 4, commits: 1, prepare: setUpAnother },
    { name: 'asking for a step-up', roundTrips: 3, commits: 1, prepare: askForStepUp },
    { name: 'refresh', roundTrips: 3, commits: 1, prepare: refresh },
  ];

  it.each(works)('$name: $roundTrips round trips, $commits commits', async (work) => {
    const statements = await logStatements(await work.prepare());
    expect(rowStatements(statements)).toHaveLength(work.roundTrips);
    expect(countCommits(statements)).toBe(work.commits);
  });

  it.each(works)('$name: names the user, and finds the rows by an index', async (work) => {
    const statements = rowStatements(await logStatements(await work.prepare()));
    for (const statement of statements) {
      expect(statement.text).toMatch(NAMES_USER);
      expect(await planOf(server.dataSource, statement)).not.toMatch(/Seq Scan on \w/);
    }
  });

  it.each(works)('$name: is not planned anew each time', async (work) => {
    const statements = rowStatements(await logStatements(await work.prepare()));
    for (const statement of statements) {
      expect(await keepsPlan(server.dataSource, statement)).toBe(true);
    }
  });

  it('sees known programs again by one statement, however many have signed in', async () => {
    const both = [await server.signUp(), await server.signUp()];
    await server.deliverEvents();
    for (const { user } of both) await server.login(user);
    const statements = rowStatements(await logStatements(() => server.deliverEvents()));
    const known = statements.filter(({ text }) => text.includes('known_devices'));
    expect(known).toHaveLength(1);
  });
});
