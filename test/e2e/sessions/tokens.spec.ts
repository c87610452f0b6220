import { expectFaults, expectProblem, type Problem, REQUIRED } from '../../support/problems.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

const NOT_VALID: Problem = [401, 'token_not_valid', 'Given token not valid for any token type'];
const NOT_AUTHENTICATED: Problem = [
  401,
  'not_authenticated',
  'Authentication credentials were not provided.',
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

const refresh = (token: string) => server.post('/token/refresh/', { refresh: token });

describe('renewing a session', () => {
  it('gives new tokens and spends the old one', async () => {
    server.clock.advance({ seconds: 60 });
    const reply = await refresh(account.refresh);
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({
      access: expect.any(String),
      refresh: expect.any(String),
      access_expiration: server.timeIn(300),
      refresh_expiration: server.timeIn(7 * 86_400),
    });
    expect(reply.body.refresh).not.toBe(account.refresh);
    expect((await server.get('/user/', reply.body.access)).status).toBe(200);
  });

  it('ends the session when a spent token comes back late', async () => {
    const { body } = await refresh(account.refresh);
    server.clock.advance({ seconds: 20 });
    expectProblem(await refresh(account.refresh), NOT_VALID);
    expectProblem(await refresh(body.refresh), NOT_VALID);
  });

  it('asks for a refresh token that is good', async () => {
    expectProblem(await refresh('garbage'), NOT_VALID);
    expectProblem(await refresh(account.access), NOT_VALID);
    expectFaults(await server.post('/token/refresh/', {}), { refresh: REQUIRED });
    server.clock.advance({ seconds: 7 * 86_400 });
    expectProblem(await refresh(account.refresh), NOT_VALID);
  });
});

describe('checking an access token', () => {
  const verify = (token: string) => server.post('/token/verify/', { token });

  it('says that it is good', async () => {
    const reply = await verify(account.access);
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({});
  });

  it('says that it is not', async () => {
    expectProblem(await verify('garbage'), NOT_VALID);
    expectFaults(await server.post('/token/verify/', { token: '' }), {
      token: ['This field may not be blank.'],
    });
    server.clock.advance({ seconds: 300 });
    expectProblem(await verify(account.access), NOT_VALID);
  });
});

describe('signing out', () => {
  const logout = (token: string) => server.post('/logout/', { refresh: token });

  it('ends the session', async () => {
    const reply = await logout(account.refresh);
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({ detail: 'Successfully logged out.' });
    expectProblem(await refresh(account.refresh), NOT_VALID);
  });

  it('asks for a refresh token', async () => {
    expectProblem(await logout('garbage'), NOT_VALID);
    expectFaults(await server.post('/logout/', {}), { refresh: REQUIRED });
  });
});

describe('asking who is signed in', () => {
  it('gives the user', async () => {
    const { id, username, email } = account.user;
    const reply = await server.get('/user/', account.access);
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({ id, username, email, first_name: '', last_name: '' });
  });

  it('gives nothing to a user who was disabled', async () => {
    await server.disable(account.user);
    expectProblem(await server.get('/user/', account.access), NOT_VALID);
  });
});

describe('every route that asks for an access token', () => {
  const ROUTES: readonly [method: string, path: string][] = [
    ['GET', '/user/'],
    ['GET', '/mfa/'],
    ['POST', '/mfa/'],
    ['POST', '/mfa/confirm/'],
    ['POST', '/mfa/primary/'],
    ['POST', '/mfa/deactivate/'],
    ['POST', '/mfa/delete/'],
    ['POST', '/mfa/send/'],
    ['GET', '/mfa/backup-codes/'],
    ['POST', '/mfa/backup-codes/'],
  ];

  /** Sends no body: whether the token is good is asked before what is sent with it. */
  const ask = ([method, path]: [string, string], authorization?: string) =>
    server.send(method, path, authorization === undefined ? {} : { headers: { authorization } });

  it.each(ROUTES)('%s %s asks a stranger to sign in', async (...route) => {
    for (const scheme of [undefined, 'Basic YTpi']) {
      const reply = await ask(route, scheme);
      expectProblem(reply, NOT_AUTHENTICATED);
      expect(reply.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  it.each(ROUTES)('%s %s refuses a token that is not good', async (...route) => {
    for (const token of ['garbage', account.refresh]) {
      const reply = await ask(route, `Bearer ${token}`);
      expectProblem(reply, NOT_VALID);
      expect(reply.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    }
    server.clock.advance({ seconds: 300 });
    expectProblem(await ask(route, `Bearer ${account.access}`), NOT_VALID);
  });

  it.each(ROUTES)('%s %s reads no token from the query', async (method, path) => {
    const query = `?access_token=${account.access}&authorization=Bearer%20${account.access}`;
    expectProblem(await server.send(method, `${path}${query}`), NOT_AUTHENTICATED);
  });
});
