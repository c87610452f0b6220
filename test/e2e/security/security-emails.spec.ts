import { PasswordReset } from '../../../src/server/account/passwords/password-reset.js';
import { eventually } from '../../support/eventually.js';
import { type Reply } from '../../support/http-client.js';
import { keptNotices, notMeTokenIn, noticesTo } from '../../support/security-emails.js';
import {
  type EnrolledApp,
  type SignedIn,
  startServer,
  type TestServer,
} from '../../support/server.js';

const HOUR = { seconds: 3600 };
const DAY_SECONDS = 86_400;

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

it('keeps nothing to be sent for a person without an address', async () => {
  const { id } = account.user;
  await server.dataSource.query('UPDATE users SET email = NULL WHERE id = $1', [id]);
  expect((await signIn({}, '000000')).status).toBe(400);
  const waiting = `SELECT 1 FROM mfa_outbox WHERE user_id = $1 AND consumer = 'notices'`;
  expect(await server.dataSource.query(waiting, [id])).toEqual([]);
});

const guess = async (): Promise<Reply> =>
  server.verifyLogin(await server.beginLogin(account.user), '000000');

describe('people are told by mail of', () => {
  it('each change of their factors', async () => {
    const added = await post('/mfa/', { method: 'app', label: 'Tablet' });
    const { authenticator_id: id, setup_data } = added.body;
    const code = server.totp(setup_data.secret);
    await post('/mfa/confirm/', { method: 'app', authenticator_id: id, code });
    await server.send('DELETE', `/mfa/authenticators/${id}/`, {
      headers: { authorization: `Bearer ${account.access}` },
    });
    await server.enrolEmail(account);
    await post('/mfa/primary/', { method: 'email' });
    await post('/mfa/deactivate/', { method: 'app', code: server.totp(app.secret) });
    await post('/mfa/delete/', { method: 'app' });
    const told = await subjects();
    expect(told).toEqual([
      'An authenticator was added to your account',
      'An authenticator was removed from your account',
      'A second factor was added to your account',
      'Your preferred second factor has changed',
      'A second factor was switched off',
      'A second factor was removed from your account',
    ]);
    expect((await newest())?.text).toContain('The method "Authenticator app" was removed.');
    const left = 'active now: E-mail. Backup codes that are left: 5.';
    expect((await newest())?.text).toContain(left);
  });

  it('a backup code that was used, and that few are left', async () => {
    for (const code of app.backupCodes) {
      await signIn({}, code);
      await server.deliverEvents();
    }
    const [used, low] = ['A backup code was used', 'A backup code was used, and few are left'];
    expect(await subjects()).toEqual([used, used, low, low, low]);
    const texts = (await noticesTo(server, account.user)).map(({ text }) => text);
    const [four, , two, one, none] = texts;
    expect(four).toContain('4 are left');
    expect(two).toContain('only 2 are left');
    expect(one).toContain('one is left');
    expect(none).toContain('none is left');
  });

  it('new backup codes', async () => {
    await post('/mfa/backup-codes/', { code: server.totp(app.secret) });
    expect(await subjects()).toEqual(['New backup codes were made', 'Backup codes no longer work']);
  });

  it('locks, and a wrong second factor once in an hour', async () => {
    for (let i = 0; i < 3; i++) await guess();
    expect(await subjects()).toEqual([
      'A wrong second factor was given',
      'A second factor is locked',
    ]);
    server.clock.advance({ seconds: 3599 });
    await guess();
    expect(await subjects()).toHaveLength(2);
    server.clock.advance({ seconds: 1 });
    await guess();
    expect((await subjects()).slice(2)).toEqual([
      'A wrong second factor was given',
      'Your second factors are locked',
    ]);
  });

  it('a sign-in with a program that is new to them', async () => {
    account = await server.signUp();
    app = await server.enrolApp(account);
    server.inbox.messages.length = 0;
    const newDevices = async () =>
      (await noticesTo(server, account.user))
        .filter(({ subject }) => subject === 'Your account was signed in to from a new device')
        .map(({ text }) => /^With: (.*)$/m.exec(text)?.[1]);
    expect(await newDevices()).toEqual([]);
    await signIn({ 'user-agent': 'Firefox/150.0 (X11)' });
    expect(await newDevices()).toEqual(['Firefox']);
    await signIn({ 'user-agent': 'Firefox/150.0 (X11)' });
    await signIn({ 'user-agent': 'Firefox/151.0.2 (X11)' });
    expect(await newDevices()).toHaveLength(1);
    server.clock.advance({ seconds: 89 * DAY_SECONDS });
    await signIn({ 'user-agent': 'Firefox/158.0 (X11)' });
    expect(await newDevices()).toHaveLength(1);
    server.clock.advance({ seconds: 90 * DAY_SECONDS });
    await signIn({ 'user-agent': 'Firefox/166.0 (X11)' });
    expect(await newDevices()).toEqual(['Firefox', 'Firefox']);
  });

  it('a program that was forgotten, though not the user', async () => {
    account = await server.signUp();
    app = await server.enrolApp(account);
    const devices = async () => {
      await server.deliverEvents();
      const known = `SELECT user_agent AS name FROM known_devices WHERE user_id = $1 ORDER BY 1`;
      const rows = await server.dataSource.query<{ name: string }[]>(known, [account.user.id]);
      return rows.map(({ name }) => name);
    };
    for (const agent of ['Old', 'New']) await signIn({ 'user-agent': agent });
    expect(await devices()).toEqual(expect.arrayContaining(['New', 'Old']));
    for (let i = 0; i < 2; i++) {
      server.clock.advance({ seconds: 60 * DAY_SECONDS });
      await signIn({ 'user-agent': 'New' });
    }
    expect(await devices()).toEqual(['New']);
  });

  it('a new password, however it was chosen', async () => {
    const { password, email } = account.user;
    const changed = { old_password: password, new_password: 'another horse battery' };
    expect((await post('/password/change/', changed)).status).toBe(200);
    expect(await subjects()).toEqual(['Your password was changed']);
    server.clock.advance({ seconds: 1 });
    await server.post('/password/reset/', { email });
    await server.app.get(PasswordReset, { strict: false }).onModuleDestroy();
    const token = /#(\S+)$/m.exec((await newest())?.text ?? '')?.[1];
    const reset = { token, new_password: 'a third horse battery' };
    expect((await server.post('/password/reset/confirm/', reset)).status).toBe(200);
    expect((await subjects()).slice(1)).toEqual([
      'Choose a new password',
      'Your password was reset',
    ]);
  });

  it('nothing else', async () => {
    await signIn({});
    await post('/mfa/', { method: 'app', label: 'Tablet' });
    await server.post('/login/', { username: account.user.username, password: 'wrong' });
    expect(await subjects()).toEqual([]);
  });
});

describe('a notice', () => {
  it('says who, what, when, from where, with what, and how to say that it was not you', async () => {
    const time = server.timeIn(0).slice('yyyy-mm-ddT'.length, -'.000Z'.length);
    await signIn({ 'x-forwarded-for': '2001:db8::7', 'user-agent': 'curl/8' }, app.backupCodes[0]);
    const mail = (await noticesTo(server, account.user)).find(
      ({ subject }) => subject === 'A backup code was used',
    );
    expect(mail?.text).toMatch(/^Hello,$/m);
    expect(mail?.text).toContain(` at ${time} UTC\nFrom: 2001:db8::7\nWith: an unknown program\n`);
    expect(mail?.text).toContain('once, for 72 hours:');
    const [, link] = /^(http\S+)$/m.exec(mail?.text ?? '') ?? [];
    expect(link).toMatch(/^http:\/\/localhost:3000\/account\/not-me#[\w-]{43}$/);
    expect(mail?.html).toContain(`href="${link}"`);
  });

  it('goes to the address that the account had when it happened', async () => {
    await post('/mfa/backup-codes/', { code: server.totp(app.secret) });
    await server.dataSource.query(`UPDATE users SET email = $2 WHERE id = $1`, [
      account.user.id,
      `thief.${account.user.email}`,
    ]);
    await server.deliverEvents();
    const receivers = server.inbox.messages.map(({ to }) => to);
    expect(new Set(receivers)).toEqual(new Set([account.user.email]));
  });

  it('is not sent for a user who is gone', async () => {
    await post('/mfa/backup-codes/', { code: server.totp(app.secret) });
    await server.dataSource.query(`DELETE FROM users WHERE id = $1`, [account.user.id]);
    expect(await subjects()).toEqual([]);
  });

  it('comes in the language of the client that its owner last used, once signed in', async () => {
    const hello = async () => /^[^,\n]+(?=,\n)/.exec((await newest())?.text ?? '')?.[0];
    const renew = async (language: string) => {
      const body = JSON.stringify({ refresh: account.refresh });
      const headers = { 'content-type': 'application/json', 'accept-language': language };
      const renewed = await server.send('POST', '/token/refresh/', { headers, body });
      account = { ...account, ...renewed.body };
    };
    await signIn({ 'accept-language': 'de' }, app.backupCodes[0]);
    expect(await hello()).toBe('Hello');
    await renew('de-AT,de;q=0.9,en;q=0.8');
    await signIn({}, app.backupCodes[1]);
    expect(await hello()).toBe('Guten Tag');
    expect((await newest())?.text).toContain('Wenn Sie das nicht waren');
    await renew('fr');
    await signIn({}, app.backupCodes[2]);
    expect(await hello()).toBe('Guten Tag');
    await renew('en');
    await signIn({}, app.backupCodes[3]);
    expect(await hello()).toBe('Hello');
  });

  it('has a link of its own, which no other mail has', async () => {
    await signIn({}, app.backupCodes[0]);
    await signIn({}, app.backupCodes[1]);
    const tokens = (await noticesTo(server, account.user)).map(notMeTokenIn);
    expect(new Set(tokens).size).toBe(tokens.length);
    const rows = await server.dataSource.query(`SELECT r::text AS shown FROM repudiation_tokens r`);
    expect(JSON.stringify(rows)).not.toMatch(new RegExp([...tokens, '@example'].join('|')));
  });

  it('is one of 20 of its kind in an hour at most, where it takes no session', async () => {
    const locks = async () =>
      (await subjects()).filter((subject) => subject === 'A second factor is locked').length;
    for (let lock = 0; lock < 22; lock++) {
      await server.dataSource.query(
        `UPDATE mfa_methods SET failures = 2, locked_until = NULL WHERE user_id = $1`,
        [account.user.id],
      );
      await server.dataSource.query(
        `UPDATE mfa_accounts SET failures = 0, locked_until = NULL WHERE user_id = $1`,
        [account.user.id],
      );
      await guess();
    }
    expect(await locks()).toBe(20);
    await post('/mfa/delete/', { method: 'app' });
    expect(await subjects()).toContain('A second factor was removed from your account');
    expect(await server.dataSource.query('SELECT 1 FROM mfa_outbox')).toEqual([]);
  });
});

describe('a mail server that never answers', () => {
  it('keeps nobody waiting, and gets each mail once', async () => {
    const impatient = await startServer({}, { deliversEvents: true });
    const { user, access } = await impatient.signUp();
    let answer = () => {};
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const { inbox } = impatient;
    const send = inbox.send.bind(inbox);
    inbox.send = async (mail) => answered.then(() => send(mail));
    const { secret } = await impatient.enrolApp({ access });
    const code = impatient.totp(secret);
    expect((await impatient.post('/mfa/backup-codes/', { code }, access)).status).toBe(200);
    expect(keptNotices(impatient, user.email)).toEqual([]);
    answer();
    const told = await eventually(
      async () => {
        await impatient.get('/mfa/handlers/');
        return keptNotices(impatient, user.email);
      },
      (mails) => mails.length === 3,
    );
    expect(told.map(({ subject }) => subject)).toEqual([
      'A second factor was added to your account',
      'New backup codes were made',
      'Backup codes no longer work',
    ]);
    await impatient.stop();
  });
});

describe('a mail server that fails', () => {
  afterEach(() => server.inbox.recover());

  it('fails no request, and gets the mail later, once', async () => {
    server.inbox.failAlways();
    expect((await signIn({}, app.backupCodes[0])).status).toBe(200);
    expect(await subjects()).toEqual([]);
    server.clock.advance({ seconds: 5 });
    expect(await subjects()).toEqual([]);
    server.inbox.recover();
    server.clock.advance({ seconds: 9 });
    expect(await subjects()).toEqual([]);
    server.clock.advance({ seconds: 1 });
    expect(await subjects()).toEqual(['A backup code was used']);
    server.clock.advance(HOUR);
    expect(await subjects()).toHaveLength(1);
  });

  it('is given a link each time of which the last one works its full time', async () => {
    server.inbox.failAlways();
    await signIn({}, app.backupCodes[0]);
    await server.deliverEvents();
    server.clock.advance({ seconds: DAY_SECONDS });
    server.inbox.recover();
    const mail = await newest();
    server.clock.advance({ seconds: 3 * DAY_SECONDS - 1 });
    const token = mail === undefined ? '' : notMeTokenIn(mail);
    expect((await server.post('/repudiate/', { token })).status).toBe(200);
  });
});

describe('what waits', () => {
  it('is sent by the server that starts after the one that stopped', async () => {
    const first = await server.startSibling();
    await first.post('/mfa/backup-codes/', { code: server.totp(app.secret) }, account.access);
    await first.stop();
    expect(keptNotices(first, account.user.email)).toEqual([]);
    const second = await server.startSibling();
    const told = await noticesTo(second, account.user);
    expect(told.map(({ subject }) => subject)).toEqual([
      'New backup codes were made',
      'Backup codes no longer work',
    ]);
    await second.stop();
    expect(await subjects()).toEqual([]);
  });
});
