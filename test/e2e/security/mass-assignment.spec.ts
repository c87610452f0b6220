import {
  type EnrolledApp,
  type SignedIn,
  startServer,
  type TestServer,
} from '../../support/server.js';

const UUID = '0193a5b0-7c1e-7d4e-9d1a-3f1f0f6d2b11';

/** What a client would like to decide: columns of ours, and their names on the wire. */
const WISHES: Readonly<Record<string, unknown>> = {
  is_active: true,
  isActive: true,
  is_primary: true,
  confirmed_at: '2026-01-01T00:00:00Z',
  secret: 'JBSWY3DPEHPK3PXP',
  state: 'AAAA',
  failures: 0,
  locked_until: null,
  user_id: UUID,
  userId: UUID,
  user: { id: UUID },
  subject: UUID,
  id: UUID,
  purpose: 'login',
  amr: ['mfa'],
  now: 0,
};

let server: TestServer;
let mallory: SignedIn;
let malloryApp: EnrolledApp;
let alice: SignedIn;
let aliceApp: EnrolledApp;

beforeAll(async () => {
  server = await startServer();
  mallory = await server.signUp();
  malloryApp = await server.enrolApp(mallory);
  alice = await server.signUp();
  aliceApp = await server.enrolApp(alice);
});
afterAll(() => server.stop());

/** Everything that is stored about factors and users, attempts and challenges apart. */
async function snapshot(): Promise<unknown[]> {
  const tables = {
    users: 'id',
    mfa_methods: 'id',
    mfa_backup_codes: 'lookup',
    mfa_accounts: 'user_id',
    sessions: 'id',
  };
  return Promise.all(
    Object.entries(tables).map(([table, key]) =>
      server.dataSource.query(`SELECT * FROM ${table} ORDER BY ${key}`),
    ),
  );
}

describe('a body with a field that the route does not name', () => {
  const routes: [path: string, body: () => Promise<object>][] = [
    ['/mfa/', async () => ({ method: 'email' })],
    ['/mfa/confirm/', async () => ({ method: 'app', code: server.totp(malloryApp.secret) })],
    ['/mfa/primary/', async () => ({ method: 'app' })],
    ['/mfa/deactivate/', async () => ({ method: 'app', code: server.totp(malloryApp.secret) })],
    ['/mfa/delete/', async () => ({ method: 'app', code: server.totp(malloryApp.secret) })],
    ['/mfa/send/', async () => ({ method: 'email' })],
    ['/mfa/backup-codes/', async () => ({ code: server.totp(malloryApp.secret) })],
    [
      '/login/verify/',
      async () => ({
        ephemeral_token: await server.beginLogin(mallory.user),
        code: server.totp(malloryApp.secret),
      }),
    ],
    [
      '/registration/',
      async () => ({ username: 'wisher', email: 'w@example.org', password: 'long enough' }),
    ],
    ['/login/', async () => ({ username: mallory.user.username, password: mallory.user.password })],
    ['/token/refresh/', async () => ({ refresh: mallory.refresh })],
  ];

  it.each(routes)('is refused by %s and changes nothing', async (path, body) => {
    const before = await snapshot();
    const accepted: string[] = [];
    for (const [name, value] of Object.entries(WISHES)) {
      const reply = await server.post(path, { ...(await body()), [name]: value }, mallory.access);
      if (reply.status !== 400) accepted.push(`${name}: ${reply.status}`);
    }
    expect(accepted).toEqual([]);
    expect(await snapshot()).toEqual(before);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('is refused when it is %s', async (name) => {
    const before = await snapshot();
    const poison = `{"method":"email","${name}":{"is_active":true,"isPrimary":true}}`;
    const reply = await server.send('POST', '/mfa/', {
      headers: {
        authorization: `Bearer ${mallory.access}`,
        'content-type': 'application/json',
      },
      body: poison,
    });
    expect(reply.status).toBe(400);
    expect({}).not.toHaveProperty('is_active');
    expect(await snapshot()).toEqual(before);
  });

  it('is refused in a form as well', async () => {
    const reply = await server.send('POST', '/mfa/', {
      headers: { authorization: `Bearer ${mallory.access}` },
      body: new URLSearchParams({ method: 'email', is_active: 'true' }),
    });
    expect([reply.status, reply.body.code]).toEqual([400, 'validation_failed']);
  });

  it('counts for nothing in the query string', async () => {
    const reply = await server.post('/mfa/primary/?method=app', {}, mallory.access);
    expect(reply.body.errors).toHaveProperty('method');
  });
});

describe("another user's", () => {
  it('TOTP code and backup codes open nothing', async () => {
    const login = await server.beginLogin(mallory.user);
    for (const code of [server.totp(aliceApp.secret), aliceApp.backupCodes[0] ?? '']) {
      expect((await server.verifyLogin(login, code)).body.code).toBe('invalid_code');
    }
    const { body } = await server.get('/mfa/backup-codes/', alice.access);
    expect(body.remaining).toBe(5);
  });

  it('login takes no code of ours', async () => {
    server.clock.advance({ seconds: 30 });
    const login = await server.beginLogin(alice.user);
    const { body } = await server.verifyLogin(login, server.totp(malloryApp.secret));
    expect(body.code).toBe('invalid_code');
  });

  it('mailed code does not serve in our login', async () => {
    const [ours, theirs] = [await server.signUp(), await server.signUp()];
    await server.enrolEmail(ours);
    await server.enrolEmail(theirs);
    const login = await server.beginLogin(ours.user);
    await server.beginLogin(theirs.user);
    const code = server.inbox.lastCode(theirs.user.email);
    expect((await server.verifyLogin(login, code)).body.code).toBe('invalid_code');
    const own = server.inbox.lastCode(ours.user.email);
    expect((await server.verifyLogin(login, own)).status).toBe(200);
  });

  it('methods are neither listed nor changed by our access token', async () => {
    const before = await server.get('/mfa/', alice.access);
    const outsider = await server.signUp();
    for (const path of ['primary', 'deactivate', 'delete', 'send']) {
      const body = { method: 'app', ...(path === 'deactivate' && { code: '000000' }) };
      const reply = await server.post(`/mfa/${path}/`, body, outsider.access);
      expect([path, reply.body.code]).toEqual([path, 'method_not_found']);
    }
    const { body } = await server.get('/mfa/', outsider.access);
    expect(body.map((entry: { is_setup: boolean }) => entry.is_setup)).toEqual([false, false]);
    expect((await server.get('/mfa/', alice.access)).body).toEqual(before.body);
  });
});
