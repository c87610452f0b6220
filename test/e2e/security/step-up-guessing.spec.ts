import { type Reply } from '../../support/http-client.js';
import { type Problem, expectProblem, INVALID_TOKEN } from '../../support/problems.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

const INVALID_PASSWORD: Problem = [400, 'invalid_code', 'Invalid password'];
const EXHAUSTED: Problem = [
  429,
  'attempts_exhausted',
  'Too many wrong codes. Please sign in again.',
];
const ACCOUNT_LOCKED: Problem = [
  429,
  'account_locked',
  'Second factors of this account are locked after too many wrong codes.',
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

  it('lock the account after twenty, for fifteen minutes and whatever is asked', async () => {
    const open = await asked();
    expect(await guess(20, wrong)).toEqual(Array(20).fill('invalid_code'));
    for (const ephemeral of [open, await asked()]) {
      const reply = await verify(ephemeral, { password: account.user.password });
      expectProblem(reply, ACCOUNT_LOCKED, { retry_after: 900 });
    }
    server.clock.advance({ seconds: 900 });
    const { body } = await server.post('/token/refresh/', { refresh: account.refresh });
    account = { ...account, ...body };
    expect((await verify(await asked(), { password: account.user.password })).status).toBe(200);
  });

  it('are told to the log, the lock among them', async () => {
    await guess(20, wrong);
    const { body } = await server.get('/user/security-log/', account.access);
    expect(body.results.slice(0, 2)).toMatchObject([
      { type: 'account_locked', factor: 'password' },
      { type: 'second_factor_failed', factor: 'password' },
    ]);
  });

  it('are forgiven with the step-up that they were given for, and no others', async () => {
    const failures = async () => {
      const sql = 'SELECT failures FROM mfa_accounts WHERE user_id = $1';
      const [row] = await server.dataSource.query<{ failures: number }[]>(sql, [account.user.id]);
      return row?.failures;
    };
    await guess(3, wrong);
    const ephemeral = await asked();
    await verify(ephemeral, wrong);
    expect(await failures()).toBe(4);
    await verify(ephemeral, { password: account.user.password });
    expect(await failures()).toBe(3);
  });

  it('that are none are not counted', async () => {
    const ephemeral = await asked();
    for (const password of ['', 7, ['x'], null, 'x'.repeat(4097)]) {
      expect((await verify(ephemeral, { password })).body.code).toBe('validation_failed');
    }
    expectProblem(await verify(ephemeral, wrong), INVALID_PASSWORD, { attempts_left: 4 });
  });

  it('hurt nobody else', async () => {
    await guess(20, wrong);
    const other = await server.signUp();
    const { body } = await server.post('/step-up/', {}, other.access);
    const right = { password: other.user.password };
    expect((await verify(body.ephemeral_token, right)).status).toBe(200);
  });
});

describe('a method at login and at step-up', () => {
  const code = '000000';

  it('has one budget of ten: neither refills the other', async () => {
    const { secret } = await server.enrolApp(account);
    expect(await guess(6, { code })).toEqual(Array(6).fill('invalid_code'));
    for (let i = 0; i < 4; i++) {
      const login = await server.beginLogin(account.user);
      expect((await server.verifyLogin(login, code)).body.code).toBe('invalid_code');
    }
    const right = { code: server.totp(secret) };
    const atStepUp = await verify(await asked(), right);
    const atLogin = await server.verifyLogin(await server.beginLogin(account.user), right.code);
    for (const { status, body, headers } of [atStepUp, atLogin]) {
      expect([status, body.code]).toEqual([429, 'method_locked']);
      expect(headers.get('retry-after')).toBe('900');
    }
  });

  it('has five attempts in a step-up, and another step-up does not refill the method', async () => {
    const { secret } = await server.enrolApp(account);
    const ephemeral = await asked();
    for (const attempts_left of [4, 3, 2, 1, 0]) {
      const reply = await verify(ephemeral, { code });
      expectProblem(reply, [400, 'invalid_code', 'Invalid code'], { attempts_left });
    }
    expectProblem(await verify(ephemeral, { code: server.totp(secret) }), EXHAUSTED);
    await guess(5, { code });
    const { body } = await verify(await asked(), { code: server.totp(secret) });
    expect(body.code).toBe('method_locked');
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
