import {
  type EnrolledApp,
  type SignedIn,
  startServer,
  type TestServer,
} from '../../support/server.js';

let server: TestServer;
let account: SignedIn;
let app: EnrolledApp;
let login: string;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
  app = await server.enrolApp(account);
  await server.enrolEmail(account);
  login = await server.beginLogin(account.user);
});

/** The login gives no session any more, and sends no code. */
async function expectDead(code: string): Promise<void> {
  const mails = server.inbox.messages.length;
  const answers = [
    await server.verifyLogin(login, server.totp(app.secret)),
    await server.verifyLogin(login, app.backupCodes[0] ?? ''),
    await server.post('/login/change-method/', { ephemeral_token: login, new_method: 'email' }),
  ];
  expect(answers.map(({ status, body }) => [status, body.code])).toEqual(
    answers.map(() => [400, code]),
  );
  expect(server.inbox.messages).toHaveLength(mails);
}

describe('an open login dies', () => {
  it('when its user is disabled', async () => {
    await server.disable(account.user);
    await expectDead('invalid_token');
  });

  it('when its user is deleted', async () => {
    await server.dataSource.query('DELETE FROM users WHERE id = $1', [account.user.id]);
    await expectDead('invalid_token');
  });

  it('when the password changes', async () => {
    const passwords = { old_password: account.user.password, new_password: 'another password' };
    const changed = await server.post('/password/change/', passwords, account.access);
    expect(changed.status).toBe(200);
    await expectDead('invalid_token');
  });

  it('when its method is deleted, and when it comes back', async () => {
    await server.post('/mfa/delete/', { method: 'app' }, account.access);
    await expectDead('method_not_found');
    app = await server.enrolApp(account);
    await expectDead('method_not_found');
  });

  it('when its method is deactivated', async () => {
    await server.post('/mfa/primary/', { method: 'email' }, account.access);
    const code = server.totp(app.secret);
    await server.post('/mfa/deactivate/', { method: 'app', code }, account.access);
    server.clock.advance({ seconds: 30 });
    await expectDead('method_not_found');
  });

  it('when it is cancelled', async () => {
    await server.post('/login/cancel/', { ephemeral_token: login });
    await expectDead('invalid_token');
  });

  it('at its end', async () => {
    server.clock.advance({ seconds: 900 });
    await expectDead('invalid_token');
  });
});

it('lives on while nothing of this happens', async () => {
  server.clock.advance({ seconds: 840 });
  expect((await server.verifyLogin(login, server.totp(app.secret))).status).toBe(200);
});

it('knows the step of a code over all purposes', async () => {
  server.clock.advance({ seconds: 30 });
  const code = server.totp(app.secret);
  await server.post('/mfa/primary/', { method: 'email' }, account.access);
  const spent = await server.post('/mfa/deactivate/', { method: 'app', code }, account.access);
  expect(spent.status).toBe(200);
  const again = await server.post('/mfa/confirm/', { method: 'app', code }, account.access);
  expect(again.body.code).toBe('invalid_code');
});

it('takes a code of the next step once, and not again when that step comes', async () => {
  const next = server.totp(app.secret, 1);
  expect((await server.verifyLogin(login, next)).status).toBe(200);
  server.clock.advance({ seconds: 30 });
  const later = await server.verifyLogin(await server.beginLogin(account.user), next);
  expect(later.body.code).toBe('invalid_code');
});
