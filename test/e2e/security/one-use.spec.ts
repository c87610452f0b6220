import { type SignedIn, startServer, type TestServer } from '../../support/server.js';
import { tally } from '../../support/tally.js';
import { untilJudged } from '../../support/until-judged.js';

const PARALLEL = 50;
/** Lifted, so that the requests that lose are refused for having lost and for nothing else. */
const LOOSE_BUDGETS = {
  MFA_MAX_FAILURES_PER_METHOD: '50',
  MFA_MAX_FAILURES_PER_ACCOUNT: '100',
  MFA_MAX_ATTEMPTS_PER_CHALLENGE: '20',
};
/** A refresh token is spent for good by its use. */
const STRICT = { REFRESH_GRACE_SECONDS: '0' };

const isOnPostgres = process.env['RUN_DATABASE_KIND'] === 'postgresql';

function showOneUseAtTwoServers(): void {
  let servers: [TestServer, TestServer];
  let account: SignedIn;

  beforeAll(async () => {
    const environment = { ...LOOSE_BUDGETS, ...STRICT };
    const first = await startServer(environment, { races: true });
    servers = [first, await first.startSibling(environment, { races: true })];
  });
  afterAll(async () => {
    await servers[1].stop();
    await servers[0].stop();
  });
  beforeEach(async () => {
    account = await servers[0].signUp();
  });

  /** The servers in turn, `PARALLEL` of them. */
  const inTurn = (): TestServer[] =>
    Array.from({ length: PARALLEL }, (_, i) => servers[i % 2 === 0 ? 0 : 1]);

  /** As many open logins of the account as there will be requests. */
  async function openLogins(): Promise<string[]> {
    const logins: string[] = [];
    // One after the other: of one name at one place, few passwords are judged at once.
    for (const server of inTurn()) logins.push(await server.beginLogin(account.user));
    return logins;
  }

  /** Sends one code to all logins at once. */
  const spendEverywhere = (logins: readonly string[], code: string) =>
    tally(
      inTurn().map((server, i) => untilJudged(() => server.verifyLogin(logins[i] ?? '', code))),
    );

  /** The session of the sign-up is one of them. */
  async function expectSessions(total: number): Promise<void> {
    const sql = 'SELECT count(*)::int AS total FROM sessions WHERE user_id = $1';
    expect(await servers[0].dataSource.query(sql, [account.user.id])).toEqual([{ total }]);
  }

  it('takes one TOTP code once, over 50 logins', async () => {
    const { secret } = await servers[0].enrolApp(account);
    const counts = await spendEverywhere(await openLogins(), servers[0].totp(secret));
    expect(counts).toEqual({ ok: 1, invalid_code: PARALLEL - 1 });
    await expectSessions(2);
  });

  it('takes one backup code once, over 50 logins', async () => {
    const { backupCodes } = await servers[0].enrolApp(account);
    const counts = await spendEverywhere(await openLogins(), backupCodes[0] ?? '');
    expect(counts).toEqual({ ok: 1, invalid_code: PARALLEL - 1 });
    await expectSessions(2);
  });

  it('takes one mailed code once, and the login with it', async () => {
    await servers[0].enrolEmail(account);
    const login = await servers[0].beginLogin(account.user);
    const code = servers[0].inbox.lastCode(account.user.email);
    const { ok, ...refused } = await spendEverywhere(Array(PARALLEL).fill(login), code);
    expect(ok).toBe(1);
    const reasons = ['attempts_exhausted', 'invalid_token'];
    expect(reasons).toEqual(expect.arrayContaining(Object.keys(refused)));
    await expectSessions(2);
  });

  it('takes different backup codes at one moment, each once', async () => {
    const { backupCodes } = await servers[0].enrolApp(account);
    const logins = await openLogins();
    const spend = inTurn().map((server, i) =>
      untilJudged(() => server.verifyLogin(logins[i] ?? '', backupCodes[i % 5] ?? '')),
    );
    expect(await tally(spend)).toEqual({ ok: 5, invalid_code: PARALLEL - 5 });
    await expectSessions(6);
  });

  it('takes one refresh token without a grace at most once, and ends the session that it was sent twice for', async () => {
    const answers = await Promise.all(
      inTurn()
        .slice(0, 20)
        .map((server) => server.post('/token/refresh/', { refresh: account.refresh })),
    );
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners.length).toBeLessThanOrEqual(1);
    for (const { refresh } of [account, ...winners.map(({ body }) => body)]) {
      const again = await servers[1].post('/token/refresh/', { refresh });
      expect(again.body.code).toBe('token_not_valid');
    }
  });
}

if (isOnPostgres) {
  describe('one credential at two servers on one database', showOneUseAtTwoServers);
} else {
  it('is shown under concurrency on PostgreSQL alone', () => {
    // The embedded database runs one statement at a time: two servers never meet in it.
    expect(process.env['RUN_DATABASE_KIND']).toBe('embedded');
  });
}

describe('one refresh token without a grace', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(STRICT, { races: true });
  });
  afterAll(() => server.stop());

  const refresh = (token: string) => server.post('/token/refresh/', { refresh: token });

  it('is spent by its use, and kills the newest of its session when it comes back', async () => {
    const { refresh: first } = await server.signUp();
    const second = (await refresh(first)).body.refresh;
    const third = (await refresh(second)).body.refresh;
    expect((await refresh(first)).body.code).toBe('token_not_valid');
    expect((await refresh(third)).body.code).toBe('token_not_valid');
  });

  it('kills no other session of its user', async () => {
    const { user, refresh: first } = await server.signUp();
    const other = (await server.login(user)).body.refresh;
    await refresh(first);
    await refresh(first);
    expect((await refresh(other)).status).toBe(200);
  });

  it('is dead after a logout and for a disabled user', async () => {
    const { user, refresh: first } = await server.signUp();
    const other = (await server.login(user)).body.refresh;
    await server.post('/logout/', { refresh: first });
    expect((await refresh(first)).body.code).toBe('token_not_valid');
    await server.disable(user);
    expect((await refresh(other)).body.code).toBe('token_not_valid');
  });
});
