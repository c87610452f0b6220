import { type Reply } from '../../support/http-client.js';
import { notMeTokenIn, noticesTo } from '../../support/security-emails.js';
import {
  type EnrolledApp,
  type SignedIn,
  startServer,
  type TestServer,
} from '../../support/server.js';

const HOUR = { seconds: 3600 };

let server: TestServer;
let account: SignedIn;
let app: EnrolledApp;

beforeAll(async () => {
  server = await startServer({
    TRUSTED_PROXIES: '127.0.0.1',
    MFA_MAX_FAILURES_PER_METHOD: '3',
    MFA_MAX_FAILURES_PER_ACCOUNT: '5',
    MFA_STEP_UP_MAX_AGE: '86400',
  });
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
  app = await server.enrolApp(account);
  await server.deliverEvents();
  server.inbox.messages.length = 0;
});

const post = (path: string, body: object) => server.post(path, body, account.access);
const subjects = async () => (await noticesTo(server, account.user)).map(({ subject }) => subject);
const newest = async () => (await noticesTo(server, account.user)).at(-1);

/** Signs in with a second factor, by a client with these headers. */
async function signIn(headers: Record<string, string>, code = server.totp(app.secret)) {
  const ephemeral = await server.send('POST', '/login/', {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ username: account.user.username, password: account.user.password }),
  });
  const reply = await server.send('POST', '/login/verify/', {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ ephemeral_token: ephemeral.body.ephemeral_token, code }),
  });
  server.clock.advance({ seconds: 30 });
  return reply;
}

const guess = async (): Promise<Reply> =>
  server.verifyLogin(await server.beginLogin(account.user), '000000');

describe('people are told by mail of', () => {
  it('another name of an authenticator', async () => {
    const added = await post('/mfa/', { method: 'app', label: 'Tablet' });
    const { authenticator_id: id, setup_data } = added.body;
    const code = server.totp(setup_data.secret);
    await post('/mfa/confirm/', { method: 'app', authenticator_id: id, code });
    await server.send('PATCH', `/mfa/authenticators/${id}/`, {
      headers: { authorization: `Bearer ${account.access}`, 'content-type': 'application/json' },
      body: JSON.stringify({ label: 'Old phone' }),
    });
    expect((await newest())?.subject).toBe('An authenticator of your account has another name');
  });

  it('backup codes that died with the last second factor', async () => {
    await post('/mfa/delete/', { method: 'app' });
    expect(await subjects()).toEqual([
      'A second factor was removed from your account',
      'Backup codes no longer work',
    ]);
    const { text } = (await newest()) ?? { text: '' };
    expect(text).toContain('were not used yet no longer work: 5.');
    expect(text).toContain('active now: none. Backup codes that are left: 0.');
    expect(notMeTokenIn({ text })).not.toBe('');
  });

  it('backup codes that somebody else was shown before the first second factor', async () => {
    account = await server.signUp();
    const { access } = (await server.login(account.user)).body;
    const own = (await post('/mfa/', { method: 'app' })).body.setup_data;
    expect((await server.post('/mfa/', { method: 'email' }, access)).status).toBe(201);
    server.inbox.messages.length = 0;
    await post('/mfa/confirm/', { method: 'app', code: server.totp(own.secret) });
    expect(await subjects()).toEqual([
      'A second factor was added to your account',
      'Backup codes no longer work',
    ]);
  });

  it('a second factor that is locked for good', async () => {
    const failures = 'UPDATE mfa_methods SET failures = 99 WHERE user_id = $1';
    await server.dataSource.query(failures, [account.user.id]);
    await guess();
    expect((await subjects()).slice(1)).toEqual(['A second factor is locked for good']);
    expect((await newest())?.text).toContain('locked for good after a hundred wrong codes');
  });

  it('a session that ended as its refresh token came back, with a link', async () => {
    const { refresh } = account;
    await server.post('/token/refresh/', { refresh });
    server.clock.advance(HOUR);
    expect((await server.post('/token/refresh/', { refresh })).status).toBe(401);
    expect(await subjects()).toEqual(['A session of your account was ended for safety']);
    expect((await newest())?.text).toContain('not-me#');
    const [told] = await server.dataSource.query<{ named: boolean }[]>(
      `SELECT session_id IS NOT NULL AS named FROM repudiation_tokens
       WHERE user_id = $1 AND event_type = 'refresh_token_reused'`,
      [account.user.id],
    );
    expect(told).toEqual({ named: true });
  });

  it('all other sessions that were ended', async () => {
    await signIn({});
    await server.send('DELETE', '/sessions/', {
      headers: { authorization: `Bearer ${account.access}` },
    });
    expect(await subjects()).toContain('Sessions of your account were ended');
  });
});
