import { type Reply } from '../../support/http-client.js';
import { outlastProof } from '../../support/old-proof.js';
import { mailedToken } from '../../support/route-bodies.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';
import { tally } from '../../support/tally.js';
import { untilJudged } from '../../support/until-judged.js';

const PARALLEL = 50;
/** Lifted, so that the requests that lose are refused for having lost and for nothing else. */
const LOOSE_BUDGETS = {
  MFA_MAX_FAILURES_PER_METHOD: '50',
  MFA_MAX_FAILURES_PER_ACCOUNT: '100',
  MFA_MAX_FAILURES_PER_SESSION: '50',
  MFA_MAX_ATTEMPTS_PER_CHALLENGE: '20',
};

const isOnPostgres = process.env['RUN_DATABASE_KIND'] === 'postgresql';

function showOneUse(): void {
  let server: TestServer;
  let account: SignedIn;

  beforeAll(async () => {
    server = await startServer(LOOSE_BUDGETS, { races: true });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    account = await server.signUp();
  });

  const many = (times: number, request: (i: number) => Promise<Reply>) =>
    Array.from({ length: times }, (_, i) => request(i));

  /** @returns the ephemeral token of a new step-up */
  const asked = async (access: string): Promise<string> =>
    (await server.post('/step-up/', {}, access)).body.ephemeral_token;

  const verify = (ephemeral_token: string, proof: object) =>
    server.post('/step-up/verify/', { ephemeral_token, ...proof });

  /** One success, and these reasons for the rest. */
  async function expectOne(requests: Promise<Reply>[], reasons: string[]): Promise<void> {
    const { ok, ...refused } = await tally(requests);
    expect(ok).toBe(1);
    expect(reasons).toEqual(expect.arrayContaining(Object.keys(refused)));
  }

  async function countEvents(type: string): Promise<number | undefined> {
    const sql = 'SELECT count(*)::int AS total FROM mfa_events WHERE user_id = $1 AND type = $2';
    const key = [account.user.id, type];
    const [row] = await server.dataSource.query<{ total: number }[]>(sql, key);
    return row?.total;
  }

  it('takes one code once, over 50 step-ups', async () => {
    const { secret } = await server.enrolApp(account);
    const tokens = await Promise.all(Array.from({ length: PARALLEL }, () => asked(account.access)));
    const code = server.totp(secret);
    const counts = await tally(many(PARALLEL, (i) => verify(tokens[i] ?? '', { code })));
    expect(counts).toEqual({ ok: 1, invalid_code: PARALLEL - 1 });
    expect(await countEvents('stepped_up')).toBe(1);
  });

  it('takes one code once, for 50 requests of one step-up', async () => {
    const { secret } = await server.enrolApp(account);
    const ephemeral = await asked(account.access);
    const code = server.totp(secret);
    const reasons = ['attempts_exhausted', 'invalid_token', 'invalid_code'];
    await expectOne(
      many(PARALLEL, () => verify(ephemeral, { code })),
      reasons,
    );
    expect(await countEvents('stepped_up')).toBe(1);
  });

  it('takes one password once, for 50 requests of one step-up', async () => {
    const { access } = await outlastProof(server, account);
    const ephemeral = await asked(access);
    const { password } = account.user;
    // Attempts that are not judged are given back meanwhile, again and again.
    const reasons = ['attempts_exhausted', 'invalid_token', 'unavailable'];
    await expectOne(
      many(PARALLEL, () => untilJudged(() => verify(ephemeral, { password }))),
      reasons,
    );
    expect(await countEvents('stepped_up')).toBe(1);
  });

  it('takes the token of a password reset once, for 50 requests', async () => {
    await server.post('/password/reset/', { email: account.user.email });
    await server.deliverEvents();
    const token = mailedToken(server, account.user.email, '/account/reset-password');
    const counts = await tally(
      many(PARALLEL, (i) =>
        untilJudged(() =>
          server.post('/password/reset/confirm/', { token, new_password: `new password ${i}` }),
        ),
      ),
    );
    expect(counts).toEqual({ ok: 1, invalid_token: PARALLEL - 1 });
    expect(await countEvents('password_reset')).toBe(1);
  });

  it('takes the old password for one of 20 changes, and the new one of that alone signs in', async () => {
    const old_password = account.user.password;
    const replies = await Promise.all(
      many(20, (i) =>
        server.post(
          '/password/change/',
          { old_password, new_password: `new password ${i}` },
          account.access,
        ),
      ),
    );
    const winners = replies.flatMap(({ status }, i) => (status === 200 ? [i] : []));
    expect(winners).toHaveLength(1);
    expect(await countEvents('password_changed')).toBe(1);
    const signingIn: number[] = [];
    for (let i = 0; i < 20; i++) {
      const { status } = await server.login({ ...account.user, password: `new password ${i}` });
      if (status === 200) signingIn.push(i);
    }
    expect(signingIn).toEqual(winners);
    expect((await server.get('/user/', account.access)).status).toBe(200);
  });
}

if (isOnPostgres) {
  describe('one proof', showOneUse);
} else {
  it('is shown under concurrency on PostgreSQL alone', () => {
    // The embedded database runs one statement at a time: two requests never meet in it.
    expect(process.env['RUN_DATABASE_KIND']).toBe('embedded');
  });
}
