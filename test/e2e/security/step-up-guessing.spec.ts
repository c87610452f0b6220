import { type Reply } from '../../support/http-client.js';
import { type Problem, expectProblem, INVALID_TOKEN } from '../../support/problems.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

const INVALID_PASSWORD: Problem = [400, 'invalid_code', 'Invalid password'];
const EXHAUSTED: Problem = [
  429,
  'attempts_exhausted',
  'Too many wrong codes. Please sign in again.',
];

let server: TestServer;
let account: SignedIn;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
});

/** @returns the ephemeral token of a new step-up */
async function asked(body: object = {}): Promise<string> {
  return (await server.post('/step-up/', body, account.access)).body.ephemeral_token;
}

const verify = (ephemeralToken: string, proof: object): Promise<Reply> =>
  server.post('/step-up/verify/', { ephemeral_token: ephemeralToken, ...proof });

/** Gives so many wrong proofs, five to a step-up. @returns the codes of the answers */
async function guess(times: number, proof: object): Promise<string[]> {
  const codes: string[] = [];
  for (let left = times, ephemeral = ''; left > 0; left--) {
    if ((times - left) % 5 === 0) ephemeral = await asked();
    codes.push((await verify(ephemeral, proof)).body.code);
  }
  return codes;
}

/** Neither token of a session is worth anything any more. */
async function expectOver({ access, refresh }: SignedIn): Promise<void> {
  expect((await server.get('/user/', access)).status).toBe(401);
  expect((await server.post('/token/refresh/', { refresh })).status).toBe(401);
}

/** What has been guessed at the sign-in of an account with one method. */
async function budgetsOf({ user }: SignedIn): Promise<unknown> {
  const [row] = await server.dataSource.query<object[]>(
    `SELECT m.failures AS of_method, a.failures AS of_account FROM mfa_methods m
     JOIN mfa_accounts a ON a.user_id = m.user_id WHERE m.user_id = $1`,
    [user.id],
  );
  return row;
}

/** Another session of the same user. */
async function signedInAgain(): Promise<SignedIn> {
  const { access, refresh } = (await server.login(account.user)).body;
  return { ...account, access, refresh };
}

/** Steps the session up, which gives it another access token. */
async function proveIn(proof: object): Promise<void> {
  const { status, body } = await verify(await asked(), proof);
  expect(status).toBe(200);
  account = { ...account, access: body.access };
}

describe('wrong passwords of a step-up', () => {
  const wrong = { password: 'not the password' };

  it('end it after five, and the right one comes too late', async () => {
    const ephemeral = await asked();
    for (const attempts_left of [4, 3, 2, 1, 0]) {
      expectProblem(await verify(ephemeral, wrong), INVALID_PASSWORD, { attempts_left });
    }
    const right = { password: account.user.password };
    expectProblem(await verify(ephemeral, right), EXHAUSTED);
    expect((await verify(await asked(), right)).status).toBe(200);
  });

  it('end their session after ten, and lock nothing else', async () => {
    const open = await asked();
    expect(await guess(10, wrong)).toEqual(Array(10).fill('invalid_code'));
    const right = { password: account.user.password };
    expectProblem(await verify(open, right), INVALID_TOKEN);
    await expectOver(account);
    account = await signedInAgain();
    expect((await verify(await asked(), right)).status).toBe(200);
  });

  it('are told to the log and by mail, the end of the session among them', async () => {
    await guess(10, wrong);
    account = await signedInAgain();
    const { body } = await server.get('/user/security-log/', account.access);
    expect(body.results.slice(1, 4)).toMatchObject([
      { type: 'session_locked', factor: 'password' },
      { type: 'second_factor_failed', factor: 'password' },
      { type: 'second_factor_failed', factor: 'password' },
    ]);
    await server.deliverEvents();
    const mails = server.inbox.messages.filter(({ to }) => to === account.user.email);
    const subjects = mails.map(({ subject }) => subject);
    expect(subjects).toContain('A session of your account was ended');
  });

  it('are forgiven by a right one', async () => {
    await guess(9, wrong);
    await proveIn({ password: account.user.password });
    expect(await guess(9, wrong)).toEqual(Array(9).fill('invalid_code'));
    await proveIn({ password: account.user.password });
  });

  it('that are none are not counted', async () => {
    const ephemeral = await asked();
    for (const password of ['', 7, ['x'], null, 'x'.repeat(4097)]) {
      expect((await verify(ephemeral, { password })).body.code).toBe('validation_failed');
    }
    expectProblem(await verify(ephemeral, wrong), INVALID_PASSWORD, { attempts_left: 4 });
  });

  it('hurt nobody else, and no other session', async () => {
    const others = [await server.signUp(), await signedInAgain()];
    await guess(10, wrong);
    for (const { access, user } of others) {
      const { body } = await server.post('/step-up/', {}, access);
      const right = { password: user.password };
      expect((await verify(body.ephemeral_token, right)).status).toBe(200);
    }
  });
});

describe('a method at login and at step-up', () => {
  const code = '000000';

  it('is not locked at login by what a session guesses, however much', async () => {
    const { secret } = await server.enrolApp(account);
    const sessions = [account];
    while (sessions.length < 3) {
      const login = await server.beginLogin(account.user);
      const { access, refresh } = (await server.verifyLogin(login, server.totp(secret))).body;
      sessions.push({ ...account, access, refresh });
      server.clock.advance({ seconds: 30 });
    }
    for (account of sessions) {
      expect(await guess(10, { code })).toEqual(Array(10).fill('invalid_code'));
      await expectOver(account);
    }
    const login = await server.beginLogin(account.user);
    expect((await server.verifyLogin(login, server.totp(secret))).status).toBe(200);
    expect(await budgetsOf(account)).toEqual({ of_method: 0, of_account: 0 });
  });

  it('is not locked in a session by what is guessed at login', async () => {
    const { secret } = await server.enrolApp(account);
    for (let i = 0; i < 10; i++) {
      await server.verifyLogin(await server.beginLogin(account.user), code);
    }
    const locked = await server.verifyLogin(await server.beginLogin(account.user), code);
    expect(locked.body.code).toBe('method_locked');
    expect((await verify(await asked(), { code })).body.code).toBe('invalid_code');
    expect(await budgetsOf(account)).toEqual({ of_method: 10, of_account: 10 });
    expect((await verify(await asked(), { code: server.totp(secret) })).status).toBe(200);
  });

  it('is refused everywhere after a hundred', async () => {
    const { secret } = await server.enrolApp(account);
    const worn = 'UPDATE mfa_methods SET failures = 100 WHERE user_id = $1';
    await server.dataSource.query(worn, [account.user.id]);
    const right = { code: server.totp(secret) };
    const atStepUp = await verify(await asked(), right);
    const atLogin = await server.verifyLogin(await server.beginLogin(account.user), right.code);
    expect([atStepUp.body.code, atLogin.body.code]).toEqual(['method_locked', 'method_locked']);
  });

  it('has five attempts in a step-up, and ten in a session, whatever the step-up', async () => {
    const { secret } = await server.enrolApp(account);
    const ephemeral = await asked();
    for (const attempts_left of [4, 3, 2, 1, 0]) {
      const reply = await verify(ephemeral, { code });
      expectProblem(reply, [400, 'invalid_code', 'Invalid code'], { attempts_left });
    }
    expectProblem(await verify(ephemeral, { code: server.totp(secret) }), EXHAUSTED);
    const open = await asked();
    await guess(5, { code });
    const right = { code: server.totp(secret) };
    expectProblem(await verify(open, right), INVALID_TOKEN);
  });

  it('is managed by one session, whatever another has guessed', async () => {
    const { secret } = await server.enrolApp(account);
    const login = await server.beginLogin(account.user);
    const other = (await server.verifyLogin(login, server.totp(secret))).body;
    server.clock.advance({ seconds: 30 });
    const renew = (access: string, given: string) =>
      server.post('/mfa/backup-codes/', { code: given }, access);
    for (let guesses = 0; guesses < 5; guesses++) await renew(account.access, code);
    expect((await renew(account.access, code)).body.code).toBe('attempts_exhausted');
    expect((await renew(other.access, server.totp(secret))).status).toBe(200);
  });

  it('is proven again after nine guesses, and the session counts from the start', async () => {
    const { secret } = await server.enrolApp(account);
    await guess(9, { code });
    await proveIn({ code: server.totp(secret) });
    expect(await guess(9, { code })).toEqual(Array(9).fill('invalid_code'));
  });

  it('is not made good by a backup code, nor by authenticators that the session sets up', async () => {
    const { backupCodes } = await server.enrolApp(account);
    await guess(8, { code });
    await proveIn({ code: backupCodes[0] });
    for (const label of ['Phone', 'Tablet']) {
      const { body } = await server.post('/mfa/', { method: 'app', label }, account.access);
      const { authenticator_id, setup_data } = body;
      const own = { method: 'app', authenticator_id, code: server.totp(setup_data.secret) };
      expect((await server.post('/mfa/confirm/', own, account.access)).status).toBe(200);
    }
    expect(await guess(2, { code })).toEqual(['invalid_code', 'invalid_code']);
    await expectOver(account);
  });

  it('is not made good by a proof of an authenticator that the session has set up', async () => {
    await server.enrolApp(account);
    const { body } = await server.post('/mfa/', { method: 'app', label: 'Own' }, account.access);
    const { authenticator_id, setup_data } = body;
    const own = { method: 'app', authenticator_id, code: server.totp(setup_data.secret) };
    expect((await server.post('/mfa/confirm/', own, account.access)).status).toBe(200);
    await guess(9, { code });
    await proveIn({ code: server.totp(setup_data.secret, 1) });
    expect(await guess(1, { code })).toEqual(['invalid_code']);
    await expectOver(account);
  });

  it('knows the step of a code over both', async () => {
    const { secret } = await server.enrolApp(account);
    const login = await server.beginLogin(account.user);
    const right = server.totp(secret);
    expect((await server.verifyLogin(login, right)).status).toBe(200);
    expect((await verify(await asked(), { code: right })).body.code).toBe('invalid_code');
  });

  it('counts one open step-up by itself: a mailed code of a login opens none', async () => {
    await server.enrolEmail(account);
    await server.beginLogin(account.user);
    const mailed = server.inbox.lastCode(account.user.email);
    server.clock.advance({ seconds: 31 });
    const ephemeral = await asked();
    expect((await verify(ephemeral, { code: mailed })).body.code).toBe('invalid_code');
    const own = server.inbox.lastCode(account.user.email);
    expect((await verify(ephemeral, { code: own })).status).toBe(200);
    expectProblem(await verify(ephemeral, { code: own }), INVALID_TOKEN);
  });
});
