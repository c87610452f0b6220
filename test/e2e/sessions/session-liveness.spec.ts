import { SessionsService } from '../../../src/server/sessions/sessions.service.js';
import { expectProblem, INVALID_TOKEN, type Problem } from '../../support/problems.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

const NOT_VALID: Problem = [401, 'token_not_valid', 'Given token not valid for any token type'];

let server: TestServer;
let account: SignedIn;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
});

const refresh = (token: string) => server.post('/token/refresh/', { refresh: token });
const change = (statement: string) => server.dataSource.query(statement, [account.user.id]);

/** At a route of the server, at one of the library, and at the check of tokens. */
async function expectRefused(access: string): Promise<void> {
  expectProblem(await server.get('/user/', access), NOT_VALID);
  expectProblem(await server.get('/mfa/', access), NOT_VALID);
  expectProblem(await server.post('/token/verify/', { token: access }), NOT_VALID);
}

describe('an access token', () => {
  it.each([
    ['the session has ended', 'UPDATE sessions SET ended_at = created_at WHERE user_id = $1'],
    ['the session has expired', 'UPDATE sessions SET expires_at = created_at WHERE user_id = $1'],
    ['the session is gone', 'DELETE FROM sessions WHERE user_id = $1'],
    ['the user is disabled', 'UPDATE users SET disabled_at = created_at WHERE id = $1'],
    ['the user is frozen', 'UPDATE users SET frozen_at = created_at WHERE id = $1'],
    [
      'the session has had a later proof',
      `UPDATE sessions SET proof_id = gen_random_uuid() WHERE user_id = $1`,
    ],
  ])('is refused at once when %s', async (_, statement) => {
    expect((await server.get('/user/', account.access)).status).toBe(200);
    await change(statement);
    await expectRefused(account.access);
  });

  it('is good in the midst of a second as well', async () => {
    server.clock.advance({ seconds: 0.789 });
    const { access } = await server.signUp();
    expect((await server.get('/mfa/', access)).status).toBe(200);
  });

  it('is refused after the logout of its session, and that of another session is not', async () => {
    const other = (await server.login(account.user)).body;
    await server.post('/logout/', { refresh: account.refresh });
    await expectRefused(account.access);
    expect((await server.get('/user/', other.access)).status).toBe(200);
  });
});

it('ends what it has begun with its logout, and no login that is open elsewhere', async () => {
  const { secret } = await server.enrolApp(account);
  const login = await server.beginLogin(account.user);
  const { ephemeral_token } = (await server.post('/step-up/', {}, account.access)).body;
  await server.post('/logout/', { refresh: account.refresh });
  const code = server.totp(secret);
  const stepUp = await server.post('/step-up/verify/', { ephemeral_token, code });
  expectProblem(stepUp, INVALID_TOKEN);
  expect((await server.verifyLogin(login, code)).status).toBe(200);
});

describe('a frozen user', () => {
  beforeEach(() => change('UPDATE users SET frozen_at = created_at WHERE id = $1'));

  it('is answered as after a wrong password', async () => {
    const wrong = await server.login({ ...account.user, password: 'wrong password' });
    const frozen = await server.login(account.user);
    expect([frozen.status, frozen.body]).toEqual([wrong.status, wrong.body]);
    expect(frozen.body.code).toBe('invalid_credentials');
  });

  it('renews no session', async () => {
    expectProblem(await refresh(account.refresh), NOT_VALID);
  });
});

describe('ending all sessions', () => {
  const endAll = (except?: string): Promise<string[]> =>
    server.dataSource.transaction((manager) =>
      server.app
        .get(SessionsService, { strict: false })
        .endAll(account.user.id, { manager, ...(except !== undefined && { except }) }),
    );

  it('ends those of one user, and says which', async () => {
    const stranger = await server.signUp();
    const ended = await endAll();
    expect(ended).toHaveLength(1);
    await expectRefused(account.access);
    expectProblem(await refresh(account.refresh), NOT_VALID);
    expect((await server.get('/user/', stranger.access)).status).toBe(200);
    expect(await endAll()).toEqual([]);
  });

  it('spares one', async () => {
    const other = (await server.login(account.user)).body;
    const [row] = await change('SELECT id FROM sessions WHERE user_id = $1 ORDER BY id LIMIT 1');
    expect(await endAll(row.id)).toHaveLength(1);
    expect((await server.get('/user/', account.access)).status).toBe(200);
    await expectRefused(other.access);
  });

  it('is undone with the transaction of its caller', async () => {
    const failed = server.dataSource.transaction(async (manager) => {
      const sessions = server.app.get(SessionsService, { strict: false });
      await sessions.endAll(account.user.id, { manager });
      throw new Error('not after all');
    });
    await expect(failed).rejects.toThrow('not after all');
    expect((await server.get('/user/', account.access)).status).toBe(200);
  });
});
