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

const signInWith = async (code: string, password = NEW_PASSWORD): Promise<Reply> =>
  server.verifyLogin(await server.beginLogin({ ...account.user, password }), code);

describe('the link of a notice', () => {
  it('works once', async () => {
    const token = await tokenOf(/second factor was added/);
    const reply = await server.post('/repudiate/', { token });
    const detail = 'Your account is secured. A mail tells you what to do next.';
    const at = server.timeIn(-30);
    const undone = [{ type: 'method_activated', factor: 'app', at, is_undone: true }];
    expect([reply.status, reply.body]).toEqual([200, { detail, undone }]);
    expectProblem(await server.post('/repudiate/', { token }), INVALID_TOKEN);
  });

  it('works for as long as it says, and no longer', async () => {
    const inTime = await tokenOf(/second factor was added/);
    await post('/mfa/backup-codes/', { code: server.totp(app.secret) });
    const late = await tokenOf(/New backup codes/);
    server.clock.advance({ seconds: 72 * 3600 - 1 });
    expect((await server.post('/repudiate/', { token: inTime })).status).toBe(200);
    server.clock.advance({ seconds: 1 });
    expectProblem(await server.post('/repudiate/', { token: late }), INVALID_TOKEN);
  });

  it('works for as long as the operator says', async () => {
    const sibling = await server.startSibling({ NOT_ME_LINK_EXPIRY: '3600' });
    const [mail] = await noticesTo(sibling, account.user);
    expect(mail?.text).toContain('once, for one hour:');
    sibling.clock.advance({ seconds: 3600 });
    const token = mail === undefined ? '' : notMeTokenIn(mail);
    expectProblem(await sibling.post('/repudiate/', { token }), INVALID_TOKEN);
    await sibling.stop();
  });

  it('cannot be guessed, and takes its token from the body alone', async () => {
    const token = await tokenOf(/second factor was added/);
    for (const guess of ['x', 'A'.repeat(43), `${token}x`, token.slice(1), `\0${token}`]) {
      expectProblem(await server.post('/repudiate/', { token: guess }), INVALID_TOKEN);
    }
    expectFaults(await server.post(`/repudiate/?token=${token}`, {}), { token: REQUIRED });
    expect((await server.get(`/repudiate/?token=${token}`)).status).toBe(405);
  });

  it('is spent by one of 50 requests at once', async () => {
    if (!server.isConcurrent) return;
    const token = await tokenOf(/second factor was added/);
    const requests = Array.from({ length: 50 }, () => server.post('/repudiate/', { token }));
    expect(await tally(requests)).toEqual({ ok: 1, invalid_token: 49 });
  });
});

describe('whoever says that it was not them', () => {
  it('ends all sessions and open logins, and stops the password', async () => {
    const { body: second } = await signInWith(server.totp(app.secret), account.user.password);
    server.clock.advance({ seconds: 30 });
    const pending = await server.beginLogin(account.user);
    await repudiate(/second factor was added/);
    const live = await server.dataSource.query(
      'SELECT 1 FROM sessions WHERE user_id = $1 AND ended_at IS NULL',
      [account.user.id],
    );
    expect(live).toEqual([]);
    for (const { access, refresh } of [account, second]) {
      expect((await server.get('/user/', access)).status).toBe(401);
      expect((await server.post('/token/refresh/', { refresh })).status).toBe(401);
    }
    expectProblem(await server.verifyLogin(pending, server.totp(app.secret)), INVALID_TOKEN);
    const { status, body } = await server.login(account.user);
    expect([status, body.code]).toEqual([400, 'invalid_credentials']);
  });

  it('is told what to do next, by a mail without a link to press, and the audit says so', async () => {
    await repudiate(/second factor was added/);
    const mail = (await noticesTo(server, account.user)).at(-1);
    expect(mail?.subject).toBe('Your account is secured: please choose a new password');
    expect(mail?.text).not.toContain('not-me#');
    const [event] = await server.dataSource.query(
      `SELECT type, factor FROM mfa_events WHERE user_id = $1 ORDER BY seq DESC LIMIT 1`,
      [account.user.id],
    );
    expect(event).toEqual({ type: 'change_repudiated', factor: 'app' });
  });

  it('gets in again by a new password and the second factor that is left', async () => {
    await server.enrolEmail(account);
    await repudiate(/second factor was added/);
    expect(await methods()).toEqual(['app primary']);
    const { body } = await resetPassword();
    expect(body).toMatchObject({ mfa_enabled: true, method: 'app' });
    const code = server.totp(app.secret);
    expect((await server.verifyLogin(body.ephemeral_token, code)).status).toBe(200);
    expect((await server.login({ ...account.user, password: NEW_PASSWORD })).status).toBe(200);
  });

  it('may say so of several changes, one after the other', async () => {
    await post('/mfa/backup-codes/', { code: server.totp(app.secret) });
    await repudiate(/New backup codes/);
    expect((await repudiate(/second factor was added/)).status).toBe(200);
    expect(await methods()).toEqual([]);
  });

  it('may say so of a new password: whoever chose it is out, and it is worth nothing', async () => {
    const new_password = 'the thief knows this';
    await post('/password/change/', { old_password: account.user.password, new_password });
    expect((await repudiate(/password was changed/)).status).toBe(200);
    expect((await server.get('/user/', account.access)).status).toBe(401);
    expect((await server.login({ ...account.user, password: new_password })).status).toBe(400);
    expect((await resetPassword()).body).toMatchObject({ mfa_enabled: true, method: 'app' });
    expect(await methods()).toEqual(['app primary']);
  });
});

describe('it undoes', () => {
  it('a second factor that was added, with its backup codes', async () => {
    await repudiate(/second factor was added/);
    expect(await methods()).toEqual([]);
    const { body } = await resetPassword({ old_password: account.user.password });
    expect(body.mfa_enabled).toBe(false);
    const codes = await server.get('/mfa/backup-codes/', body.access);
    expect(codes.body).toMatchObject({ remaining: 0 });
  });

  it('a second factor beside others, which stay with the backup codes', async () => {
    await server.enrolEmail(account);
    await repudiate(/second factor was added/);
    expect(await methods()).toEqual(['app primary']);
    await resetPassword();
    expect((await signInWith(app.backupCodes[0] ?? '')).status).toBe(200);
  });

  it('a second factor that was switched off', async () => {
    await server.enrolEmail(account);
    await post('/mfa/primary/', { method: 'email' });
    await post('/mfa/deactivate/', { method: 'app', code: server.totp(app.secret) });
    await repudiate(/switched off/);
    expect(await methods()).toEqual(['app active', 'email primary']);
    await resetPassword({ old_password: account.user.password });
    const ephemeral = await server.beginLogin({ ...account.user, password: NEW_PASSWORD });
    await server.post('/login/change-method/', { ephemeral_token: ephemeral, new_method: 'app' });
    expect((await server.verifyLogin(ephemeral, server.totp(app.secret))).status).toBe(200);
  });

  it('a second factor that was switched on again: it sleeps as before', async () => {
    await server.enrolEmail(account);
    await post('/mfa/primary/', { method: 'email' });
    await post('/mfa/deactivate/', { method: 'app', code: server.totp(app.secret) });
    server.clock.advance({ seconds: 30 });
    await post('/mfa/confirm/', { method: 'app', code: server.totp(app.secret) });
    expect(await methods()).toEqual(['app active', 'email primary']);
    await repudiate(/second factor was added/);
    expect(await methods()).toEqual(['app', 'email primary']);
  });

  it('another preferred second factor', async () => {
    await server.enrolEmail(account);
    await post('/mfa/primary/', { method: 'email' });
    await repudiate(/preferred/);
    expect(await methods()).toEqual(['app primary', 'email active']);
  });

  it('no preference that something else has taken the place of', async () => {
    await server.enrolEmail(account);
    await post('/mfa/primary/', { method: 'email' });
    const token = await tokenOf(/preferred/);
    await post('/mfa/primary/', { method: 'app' });
    expect((await server.post('/repudiate/', { token })).status).toBe(200);
    expect(await methods()).toEqual(['app primary', 'email active']);
  });

  it('new backup codes, which are dead; the old ones are back', async () => {
    const { body } = await post('/mfa/backup-codes/', { code: server.totp(app.secret) });
    await repudiate(/New backup codes/);
    await resetPassword({ old_password: account.user.password });
    expect((await signInWith(body.backup_codes[0])).status).toBe(400);
    expect((await signInWith(app.backupCodes[0] ?? '')).status).toBe(200);
  });

  it('an authenticator that was added, and leaves the other', async () => {
    const { body } = await post('/mfa/', { method: 'app', label: 'Thief' });
    const { secret } = body.setup_data;
    const code = server.totp(secret);
    await post('/mfa/confirm/', { method: 'app', authenticator_id: body.authenticator_id, code });
    await repudiate(/authenticator was added/);
    await resetPassword();
    expect((await signInWith(server.totp(secret))).status).toBe(400);
    expect((await signInWith(server.totp(app.secret))).status).toBe(200);
  });

  it('a second factor that was removed: it signs in again, and its backup codes do', async () => {
    await post('/mfa/delete/', { method: 'app' });
    expect(await methods()).toEqual([]);
    await repudiate(/removed from your account/);
    expect(await methods()).toEqual(['app primary']);
    const { body } = await resetPassword({ old_password: account.user.password });
    expect(body).toMatchObject({ mfa_enabled: true, method: 'app' });
    expect((await signInWith(server.totp(app.secret))).status).toBe(200);
    expect((await signInWith(app.backupCodes[0] ?? '')).status).toBe(200);
  });
});

describe('the page behind the link', () => {
  const show = (language: string, page = 'not-me') =>
    server.send('GET', `//account/${page}`, { headers: { 'accept-language': language } });

  it.each([
    ['not-me', 'en', 'This was not me'],
    ['not-me', 'de-CH', 'Das war ich nicht'],
    ['reset-password', 'en', 'Save the new password'],
    ['reset-password', 'de', 'Neues Passwort speichern'],
  ])('%s speaks %s', async (page, language, button) => {
    const { status, headers, text } = await show(language, page);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(text).toContain(`<html lang="${language.slice(0, 2)}">`);
    expect(text).toContain(`<button>${button}</button>`);
  });

  it.each(['not-me', 'reset-password'])('%s runs no script but ours', async (page) => {
    const { headers, text } = await show('en', page);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(text.match(/<script[^>]*>/g)).toEqual([
      '<script type="module" src="/account/token-form.js">',
    ]);
    expect(text).not.toMatch(/ on\w+=|javascript:/);
    const script = await server.send('GET', '//account/token-form.js');
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(script.text).toContain('location.hash');
  });

  it('speaks the language of the operator to whoever speaks none of ours', async () => {
    const sibling = await server.startSibling({ MAIL_LANGUAGE: 'de' });
    const { text } = await sibling.send('GET', '//account/not-me', {
      headers: { 'accept-language': 'fr' },
    });
    await sibling.stop();
    expect(text).toContain('Waren Sie das nicht?');
  });
});
