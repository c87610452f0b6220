import { type Reply } from '../../support/http-client.js';
import { newestNotMeToken, noticesTo } from '../../support/security-emails.js';
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
});

/** The token of the newest mail with this subject. */
async function tokenOf(subject: RegExp): Promise<string> {
  return newestNotMeToken(server, account.user, subject);
}

/** @returns what was taken back: `type` or `type not` */
async function repudiate(token: string): Promise<string[]> {
  const { status, body } = await server.post('/repudiate/', { token });
  expect(status).toBe(200);
  return body.undone.map((one: { type: string; is_undone: boolean }) =>
    one.is_undone ? one.type : `${one.type} not`,
  );
}

const repudiateNewest = async (subject: RegExp) => repudiate(await tokenOf(subject));

/** Signs in with a second factor, of another method than the preferred one where that is named. */
async function signInWith(code: () => string, method?: string, password = account.user.password) {
  const ephemeral_token = await server.beginLogin({ ...account.user, password });
  if (method !== undefined) {
    const asked = { ephemeral_token, new_method: method };
    expect((await server.post('/login/change-method/', asked)).status).toBe(200);
  }
  const reply = await server.verifyLogin(ephemeral_token, code());
  server.clock.advance({ seconds: 30 });
  return reply;
}

async function session(code: string | undefined, method?: string): Promise<string> {
  const { status, body } = await signInWith(() => String(code), method);
  expect(status).toBe(200);
  return String(body.access);
}

async function done(reply: Promise<Reply>): Promise<Reply> {
  const { status, body } = await reply;
  expect({ body, isDone: status < 300 }).toMatchObject({ isDone: true });
  return reply;
}

const post = (path: string, body: object, access: string) => done(server.post(path, body, access));

/** Adds an authenticator to `app`, or sets that up. */
async function addApp(access: string, label: string) {
  const { body } = await post('/mfa/', { method: 'app', label }, access);
  const { authenticator_id, setup_data } = body;
  const code = server.totp(setup_data.secret);
  await post('/mfa/confirm/', { method: 'app', authenticator_id, code }, access);
  server.clock.advance({ seconds: 30 });
  return { id: String(authenticator_id), secret: String(setup_data.secret) };
}

const remove = (id: string, access: string) =>
  done(
    server.send('DELETE', `/mfa/authenticators/${id}/`, {
      headers: { authorization: `Bearer ${access}` },
    }),
  );

async function ownAppId(): Promise<string> {
  const { body } = await server.get('/mfa/', account.access);
  return String(body[0].details.authenticators[0].id);
}

async function regenerate(access: string, secret: string): Promise<string[]> {
  const { body } = await post('/mfa/backup-codes/', { code: server.totp(secret) }, access);
  server.clock.advance({ seconds: 30 });
  return body.backup_codes;
}

/** Whether a code signs in once the password was reset. */
async function signsIn(code: () => string): Promise<boolean> {
  const reply = await signInWith(code, undefined, NEW_PASSWORD);
  return reply.status === 200;
}

/** Chooses a new password by mail, with the one of before. */
async function resetPassword(): Promise<void> {
  server.clock.advance({ seconds: 61 });
  await server.post('/password/reset/', { email: account.user.email });
  const mails = await noticesTo(server, account.user);
  const mail = mails.findLast(({ subject }) => subject === 'Choose a new password');
  const token = /reset-password#(\S+)$/m.exec(mail?.text ?? '')?.[1];
  const old_password = account.user.password;
  await done(
    server.post('/password/reset/confirm/', { token, new_password: NEW_PASSWORD, old_password }),
  );
}

async function passwordHash(): Promise<string | undefined> {
  const [row] = await server.dataSource.query<{ hash: string }[]>(
    'SELECT password_hash AS hash FROM users WHERE id = $1',
    [account.user.id],
  );
  return row?.hash;
}

describe('a link takes back what descends from its session', () => {
  it('by backup codes that it made, also if another removed the own authenticator', async () => {
    const own = await ownAppId();
    const first = await session(app.backupCodes[0]);
    const codes = await regenerate(first, app.secret);
    const token = await tokenOf(/[Nn]ew backup codes/);
    const second = await session(codes[0]);
    const theirs = await addApp(second, 'thief2');
    await remove(own, second);
    expect(await repudiate(token)).toEqual([
      ...['authenticator_removed', 'authenticator_added', 'backup_codes_issued'],
    ]);
    await resetPassword();
    expect(await signsIn(() => server.totp(theirs.secret))).toBe(false);
    expect(await signsIn(() => server.totp(app.secret))).toBe(true);
  });

  it('by the password alone, after it had removed the last second factor', async () => {
    const first = await session(app.backupCodes[0]);
    await post('/mfa/delete/', { method: 'app' }, first);
    const token = await tokenOf(/second factor was removed/);
    const { body } = await server.login(account.user);
    const theirs = await server.enrolApp({ access: body.access });
    expect(await repudiate(token)).toEqual([
      ...['method_activated', 'backup_codes_revoked', 'method_deleted'],
    ]);
    await resetPassword();
    expect(await signsIn(() => server.totp(theirs.secret))).toBe(false);
    expect(await signsIn(() => server.totp(app.secret))).toBe(true);
  });

  it('by what it switched on again, and the owner had switched off', async () => {
    await switchOff(account.access);
    const first = await session(app.backupCodes[0]);
    await post('/mfa/confirm/', { method: 'app', code: server.totp(app.secret) }, first);
    server.clock.advance({ seconds: 30 });
    const token = await tokenOf(/second factor was added/);
    const second = await session(server.totp(app.secret), 'app');
    await addApp(second, 'thief');
    expect(await repudiate(token)).toEqual(['authenticator_added', 'method_activated']);
  });

  it('not by what it switched off and on again itself: the owner signs in by that, too', async () => {
    const first = await session(app.backupCodes[0]);
    await switchOff(first);
    const code = server.totp(app.secret);
    await post('/mfa/confirm/', { method: 'app', code }, first);
    server.clock.advance({ seconds: 30 });
    const token = await tokenOf(/second factor was added/);
    await addApp(await session(server.totp(app.secret), 'app'), 'Tablet');
    expect(await repudiate(token)).toEqual(['method_activated']);
  });

  it('from the sign-in on, where it is told later of a new device', async () => {
    await server.deliverEvents();
    const ephemeral_token = await server.beginLogin(account.user);
    const proof = { ephemeral_token, code: server.totp(app.secret) };
    const { body } = await server.send('POST', '/login/verify/', {
      headers: { 'content-type': 'application/json', 'user-agent': 'Another/1.0' },
      body: JSON.stringify(proof),
    });
    server.clock.advance({ seconds: 30 });
    await post('/mfa/delete/', { method: 'app' }, body.access);
    expect(await repudiateNewest(/from a new device/)).toEqual([
      ...['backup_codes_revoked', 'method_deleted'],
    ]);
  });
});

/** Sets `email` up in a session, prefers it, and switches `app` off. */
async function switchOff(access: string): Promise<void> {
  await server.enrolEmail({ ...account, access });
  await post('/mfa/primary/', { method: 'email' }, access);
  await post('/mfa/deactivate/', { method: 'app', code: server.totp(app.secret) }, access);
  server.clock.advance({ seconds: 60 });
}

describe('what was repudiated does not come back by another link', () => {
  it('an authenticator that somebody else had removed', async () => {
    const theirs = await addApp(await session(app.backupCodes[0]), 'th1');
    const first = await tokenOf(/authenticator was added/);
    await remove(theirs.id, await session(app.backupCodes[1]));
    const second = await tokenOf(/authenticator was removed/);
    expect(await repudiate(first)).toEqual(['authenticator_added not']);
    expect(await repudiate(second)).toEqual(['authenticator_removed', 'authenticator_added']);
    await resetPassword();
    expect(await signsIn(() => server.totp(theirs.secret))).toBe(false);
    expect(await signsIn(() => server.totp(app.secret))).toBe(true);
  });

  it('nor where the log tells no more who had added it', async () => {
    const theirs = await addApp(await session(app.backupCodes[0]), 'th1');
    const first = await tokenOf(/authenticator was added/);
    await remove(theirs.id, await session(app.backupCodes[1]));
    const second = await tokenOf(/authenticator was removed/);
    await repudiate(first);
    await server.dataSource.query(
      `DELETE FROM mfa_changes WHERE user_id = $1 AND type = 'authenticator_added'`,
      [account.user.id],
    );
    await repudiate(second);
    await resetPassword();
    expect(await signsIn(() => server.totp(theirs.secret))).toBe(false);
    expect(await signsIn(() => server.totp(app.secret))).toBe(true);
  });

  it('backup codes that others have replaced: those of before are back', async () => {
    const theirs = await regenerate(await session(app.backupCodes[0]), app.secret);
    const first = await tokenOf(/[Nn]ew backup codes/);
    await regenerate(await session(server.totp(app.secret)), app.secret);
    const second = await tokenOf(/[Nn]ew backup codes/);
    expect(await repudiate(first)).toEqual(['backup_codes_issued not']);
    expect(await repudiate(second)).toEqual(['backup_codes_issued', 'backup_codes_issued']);
    await resetPassword();
    expect(await signsIn(() => String(theirs[0]))).toBe(false);
    expect(await signsIn(() => String(app.backupCodes[1]))).toBe(true);
  });
});

it('a password that the owner replaced in another session is not put back', async () => {
  account = await server.signUp();
  await server.enrolEmail(account);
  const login = await server.beginLogin(account.user);
  const { body } = await server.verifyLogin(login, server.inbox.lastCode(account.user.email));
  server.clock.advance({ seconds: 60 });
  await server.enrolApp(account);
  const token = await tokenOf(/second factor was added/);
  const change = { old_password: account.user.password, new_password: NEW_PASSWORD };
  await post('/password/change/', change, body.access);
  const chosen = await passwordHash();
  expect(await repudiate(token)).toEqual(['method_activated']);
  expect(await passwordHash()).toBe(chosen);
});
