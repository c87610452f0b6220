import { PasswordReset } from '../../../src/server/account/passwords/password-reset.js';
import { type Reply } from '../../support/http-client.js';
import { newestNotMeToken, notMeTokenIn, noticesTo } from '../../support/security-emails.js';
import { expectFaults, expectProblem, INVALID_TOKEN, REQUIRED } from '../../support/problems.js';
import {
  type EnrolledApp,
  type SignedIn,
  startServer,
  type TestServer,
} from '../../support/server.js';
import { tally } from '../../support/tally.js';

const NEW_PASSWORD = 'a third horse battery';

let server: TestServer;
let account: SignedIn;
let app: EnrolledApp;

beforeAll(async () => {
  server = await startServer({}, { races: true });
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
  app = await server.enrolApp(account);
});

const post = (path: string, body: object) => server.post(path, body, account.access);

/** The token of the newest mail with this subject. */
async function tokenOf(subject: RegExp): Promise<string> {
  return newestNotMeToken(server, account.user, subject);
}

const repudiate = async (subject: RegExp): Promise<Reply> =>
  server.post('/repudiate/', { token: await tokenOf(subject) });

/** What is set up, as `name`, `name active` or `name primary`. */
async function methods(): Promise<string[]> {
  const rows = await server.dataSource.query<{ shown: string }[]>(
    `SELECT handler || CASE WHEN is_primary THEN ' primary' WHEN is_active THEN ' active' ELSE '' END
       AS shown
     FROM mfa_methods WHERE user_id = $1 ORDER BY handler`,
    [account.user.id],
  );
  return rows.map(({ shown }) => shown);
}

/** Chooses a new password by mail. @returns what a login would answer */
async function resetPassword(more: { readonly old_password?: string } = {}): Promise<Reply> {
  const token = await resetToken();
  return server.post('/password/reset/confirm/', { token, new_password: NEW_PASSWORD, ...more });
}

/** Asks for the link of a reset. @returns its token */
async function resetToken(): Promise<string | undefined> {
  server.clock.advance({ seconds: 61 });
  await server.post('/password/reset/', { email: account.user.email });
  await server.app.get(PasswordReset, { strict: false }).onModuleDestroy();
  const mails = await noticesTo(server, account.user);
  const mail = mails.findLast(({ subject }) => subject === 'Choose a new password');
  return /reset-password#(\S+)$/m.exec(mail?.text ?? '')?.[1];
}

/** Signs in with a second factor. @returns the access token of another session */
async function anotherSession(code: string): Promise<string> {
  const { body } = await signInWith(code, account.user.password);
  server.clock.advance({ seconds: 30 });
  return String(body.access);
}

const prefer = (method: string, access = account.access) =>
  server.post('/mfa/primary/', { method }, access);

const signInWith = async (code: string, password = NEW_PASSWORD): Promise<Reply> =>
  server.verifyLogin(await server.beginLogin({ ...account.user, password }), code);

describe('any link takes back', () => {
  it('25 changes of an hour, each of which was told with a link, of its own or of those that waited', async () => {
    await server.enrolEmail(account);
    server.clock.advance({ seconds: 60 });
    for (let i = 0; i < 25; i++) {
      expect((await prefer(i % 2 === 0 ? 'email' : 'app')).status).toBe(200);
    }
    const told = async () =>
      (await noticesTo(server, account.user)).filter(({ subject }) => /preferred/.test(subject));
    const atOnce = await told();
    expect(new Set(atOnce.map(notMeTokenIn)).size).toBe(20);
    server.clock.advance({ seconds: 3600 });
    expect(new Set((await told()).map(notMeTokenIn)).size).toBe(22);
    const { body } = await server.post('/repudiate/', {
      token: notMeTokenIn(atOnce[0] ?? { text: '' }),
    });
    expect(body.undone.filter((one: { is_undone: boolean }) => one.is_undone)).toHaveLength(25);
    expect(await methods()).toEqual(['app primary', 'email active']);
    const events = await server.dataSource.query(
      `SELECT 1 FROM mfa_events WHERE user_id = $1 AND type = 'change_repudiated'`,
      [account.user.id],
    );
    // One for all changes of a kind that were made of one thing: what was preferred before them.
    expect(events).toHaveLength(2);
    const mails = await noticesTo(server, account.user);
    expect(mails.filter(({ subject }) => /is secured/.test(subject))).toHaveLength(1);
  });

  it('nothing that another session of the owner did in between', async () => {
    await server.enrolEmail(account);
    const own = await anotherSession(server.totp(app.secret));
    await prefer('email');
    const token = await tokenOf(/preferred/);
    const { body } = await server.post('/mfa/', { method: 'app', label: 'Tablet' }, own);
    const code = server.totp(body.setup_data.secret);
    const confirmed = { method: 'app', authenticator_id: body.authenticator_id, code };
    expect((await server.post('/mfa/confirm/', confirmed, own)).status).toBe(200);
    await server.post('/repudiate/', { token });
    expect(await methods()).toEqual(['app primary', 'email active']);
    await resetPassword();
    expect((await signInWith(server.totp(body.setup_data.secret))).status).toBe(200);
  });

  it("what a thief's second session did, which signed in with the thief's authenticator", async () => {
    await server.enrolEmail(account);
    const { body } = await post('/mfa/', { method: 'app', label: 'Thief' });
    const { secret } = body.setup_data;
    const code = server.totp(secret);
    await post('/mfa/confirm/', { method: 'app', authenticator_id: body.authenticator_id, code });
    const token = await tokenOf(/authenticator was added/);
    server.clock.advance({ seconds: 30 });
    const second = await anotherSession(server.totp(secret));
    expect((await prefer('email', second)).status).toBe(200);
    const reply = await server.post('/repudiate/', { token });
    expect(reply.body.undone).toMatchObject([
      { type: 'primary_changed', is_undone: true },
      { type: 'authenticator_added', is_undone: true },
    ]);
    expect(await methods()).toEqual(['app primary', 'email active']);
  });

  it("what a thief's second session did, which signed in with a code that the thief made", async () => {
    await server.enrolEmail(account);
    const { body } = await post('/mfa/backup-codes/', { code: server.totp(app.secret) });
    server.clock.advance({ seconds: 30 });
    const token = await tokenOf(/[Nn]ew backup codes/);
    const second = await anotherSession(body.backup_codes[0]);
    expect((await prefer('email', second)).status).toBe(200);
    const reply = await server.post('/repudiate/', { token });
    expect(reply.body.undone).toMatchObject([
      { type: 'primary_changed', is_undone: true },
      { type: 'backup_codes_issued', is_undone: true },
    ]);
    expect(await methods()).toEqual(['app primary', 'email active']);
  });

  it("what a thief's second session did, which signed in with a code of the thief's set-up", async () => {
    const thief = await server.signUp();
    account = thief;
    const { backupCodes } = await server.enrolApp(thief);
    const token = await tokenOf(/second factor was added/);
    const second = await anotherSession(backupCodes[0] ?? '');
    expect((await server.post('/mfa/delete/', { method: 'app' }, second)).status).toBe(204);
    const reply = await server.post('/repudiate/', { token });
    expect(reply.body.undone).toMatchObject([
      { type: 'backup_codes_revoked', is_undone: true },
      { type: 'method_deleted', is_undone: true },
      { type: 'method_activated', is_undone: true },
    ]);
    expect(await methods()).toEqual([]);
  });

  it('what a session did that a backup code began, by the link about the code', async () => {
    await server.enrolEmail(account);
    const thief = await anotherSession(app.backupCodes[0] ?? '');
    expect((await prefer('email', thief)).status).toBe(200);
    const { body } = await repudiate(/backup code was used/);
    expect(body.undone).toMatchObject([{ type: 'primary_changed', is_undone: true }]);
    expect(await methods()).toEqual(['app primary', 'email active']);
  });

  it('a change that is made at the same moment, or keeps it from being made', async () => {
    if (!server.isConcurrent) return;
    await server.enrolEmail(account);
    await prefer('email');
    const token = await tokenOf(/preferred/);
    const changes = ['app', 'email', 'app', 'email'].map((method) => prefer(method));
    const [reply] = await Promise.all([
      server.post('/repudiate/', { token }),
      post('/mfa/delete/', { method: 'app' }),
      ...changes,
    ]);
    expect(reply.status).toBe(200);
    expect(await methods()).toEqual(['app primary', 'email active']);
  });
});

describe('a person who has the mailbox alone', () => {
  const WRONG = 'not the password of before';

  it('gets in neither by "not me" nor by the reset after it', async () => {
    await repudiate(/second factor was added/);
    expect(await methods()).toEqual([]);
    const token = await resetToken();
    const confirm = (old_password?: string) =>
      server.post('/password/reset/confirm/', { token, new_password: NEW_PASSWORD, old_password });
    expectFaults(await confirm(), { old_password: REQUIRED });
    for (let tries = 0; tries < 5; tries++) {
      const { status, body } = await confirm(WRONG);
      expect([status, body.code]).toEqual([400, 'invalid_credentials']);
    }
    expectProblem(await confirm(account.user.password), INVALID_TOKEN);
    expect((await server.login({ ...account.user, password: NEW_PASSWORD })).status).toBe(400);
  });

  it('leaves the owner a way: another link, with the password of before', async () => {
    await repudiate(/second factor was added/);
    expect((await resetPassword({ old_password: WRONG })).status).toBe(400);
    const { status, body } = await resetPassword({ old_password: account.user.password });
    expect([status, body.mfa_enabled]).toEqual([200, false]);
    server.clock.advance({ seconds: 3600 });
    expect((await resetPassword()).status).toBe(200);
  });

  it('spends no more than five tries of a link, however many come at once', async () => {
    if (!server.isConcurrent) return;
    await repudiate(/second factor was added/);
    const reset = { token: await resetToken(), new_password: NEW_PASSWORD, old_password: WRONG };
    const requests = Array.from({ length: 12 }, () =>
      server.post('/password/reset/confirm/', reset),
    );
    expect(await tally(requests)).toEqual({ invalid_credentials: 5, invalid_token: 7 });
  });

  it('does not get in where what is left is mailed to it', async () => {
    const elder = await server.signUp();
    await server.enrolEmail(elder);
    account = elder;
    const ephemeral = await server.beginLogin(elder.user);
    const code = server.inbox.lastCode(elder.user.email);
    const { body } = await server.verifyLogin(ephemeral, code);
    await server.enrolApp({ access: body.access });
    await repudiate(/second factor was added/);
    expect(await methods()).toEqual(['email primary']);
    expectFaults(await resetPassword(), { old_password: REQUIRED });
    const reply = await resetPassword({ old_password: elder.user.password });
    expect(reply.body).toMatchObject({ mfa_enabled: true, method: 'email' });
  });

  it('does not get in by what its owner threw out, which the link brings back', async () => {
    await server.enrolEmail(account);
    await post('/mfa/delete/', { method: 'app' });
    expect((await repudiate(/removed from your account/)).status).toBe(200);
    expect(await methods()).toEqual(['app primary', 'email active']);
    expectFaults(await resetPassword(), { old_password: REQUIRED });
    const reply = await resetPassword({ old_password: account.user.password });
    expect(reply.body).toMatchObject({ mfa_enabled: true, method: 'app' });
  });

  it('is not asked for it where a second factor is left', async () => {
    await server.enrolEmail(account);
    await repudiate(/second factor was added/);
    expect((await resetPassword()).body).toMatchObject({ mfa_enabled: true });
  });
});
