import { notMeTokenIn, noticesTo } from '../../support/security-emails.js';
import {
  type EnrolledApp,
  type SignedIn,
  startServer,
  type TestServer,
} from '../../support/server.js';

const NEW_PASSWORD = 'a third horse battery';

let server: TestServer;
let account: SignedIn;
let app: EnrolledApp;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
  app = await server.enrolApp(account);
  await server.enrolEmail(account);
  server.clock.advance({ seconds: 60 });
});

/** Another session of the owner, whose tokens somebody else gets hold of. */
async function stolenSession(password = account.user.password) {
  const login = await server.beginLogin({ ...account.user, password });
  const { body } = await server.verifyLogin(login, server.totp(app.secret));
  server.clock.advance({ seconds: 30 });
  return { access: String(body.access), refresh: String(body.refresh) };
}

/** Has a refresh token come back that was spent, and follows the link of the mail about it. */
async function repudiateReuse(refresh: string) {
  const renewed = await server.post('/token/refresh/', { refresh });
  expect(renewed.status).toBe(200);
  server.clock.advance({ seconds: 120 });
  expect((await server.post('/token/refresh/', { refresh })).body.code).toBe('token_not_valid');
  const mails = await noticesTo(server, account.user);
  const mail = mails.findLast(({ subject }) => /ended for safety/.test(subject));
  const reply = await server.post('/repudiate/', { token: notMeTokenIn(mail ?? { text: '' }) });
  expect(reply.status).toBe(200);
  return reply;
}

const prefer = (method: string, access: string) => server.post('/mfa/primary/', { method }, access);

const change = (old_password: string, new_password: string, access: string) =>
  server.post('/password/change/', { old_password, new_password }, access);

/** By which the present password is known. */
async function passwordHash(): Promise<string | undefined> {
  const [row] = await server.dataSource.query<{ hash: string }[]>(
    'SELECT password_hash AS hash FROM users WHERE id = $1',
    [account.user.id],
  );
  return row?.hash;
}

describe('the link about a refresh token that came back takes back', () => {
  it('what its session had done before that, and nothing of another one', async () => {
    const stolen = await stolenSession();
    await prefer('email', account.access);
    await prefer('app', stolen.access);
    await server.post('/mfa/delete/', { method: 'email' }, stolen.access);
    const { body } = await repudiateReuse(stolen.refresh);
    expect(body.undone).toMatchObject([
      { type: 'method_deleted', factor: 'email', is_undone: true },
      { type: 'primary_changed', factor: 'app', is_undone: true },
    ]);
    const left = await server.dataSource.query(
      'SELECT handler, is_primary FROM mfa_methods WHERE user_id = $1 ORDER BY handler',
      [account.user.id],
    );
    expect(left).toEqual([
      { handler: 'app', is_primary: false },
      { handler: 'email', is_primary: true },
    ]);
  });

  it('the password that its session chose', async () => {
    const before = await passwordHash();
    const stolen = await stolenSession();
    await change(account.user.password, NEW_PASSWORD, stolen.access);
    expect(await passwordHash()).not.toBe(before);
    await repudiateReuse(stolen.refresh);
    expect(await passwordHash()).toBe(before);
  });

  it('no password that its owner had chosen before, in another session', async () => {
    await change(account.user.password, NEW_PASSWORD, account.access);
    const chosen = await passwordHash();
    const stolen = await stolenSession(NEW_PASSWORD);
    await prefer('email', stolen.access);
    await repudiateReuse(stolen.refresh);
    expect(await passwordHash()).toBe(chosen);
  });
});
