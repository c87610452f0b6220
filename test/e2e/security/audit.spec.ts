import { MFA_EVENT_TYPES } from '../../../src/mfa/index.js';
import { LoginFailures } from '../../../src/server/sign-in/login-failures.js';
import { PasswordReset } from '../../../src/server/account/passwords/password-reset.js';
import { EMAIL_CHANGE_EVENTS } from '../../support/email-change.js';
import { EMAIL_EVENTS } from '../../support/email-confirmation.js';
import { type Reply } from '../../support/http-client.js';
import { DEVICE_EVENTS } from '../../support/remembered-device.js';
import { notMeTokenIn, noticesTo } from '../../support/security-emails.js';
import {
  type EnrolledApp,
  type SignedIn,
  startServer,
  type TestServer,
} from '../../support/server.js';

const CLIENT = { ip: '2001:db8::7', user_agent: 'auditor/1.0' };
const OPERATOR = { ip: null, user_agent: null };
const NEW_PASSWORD = 'another horse battery';

interface AuditRow {
  readonly type: string;
  readonly factor: string | null;
  readonly ip: string | null;
  readonly user_agent: string | null;
}

/** An action, and all that the audit says of it: `type factor`, and the actor. */
interface Act {
  readonly act: string;
  /** What has to be there before. @returns what {@link does} takes, if it takes anything */
  readonly after?: () => Promise<unknown>;
  readonly does: (given: string) => Promise<unknown>;
  readonly events: readonly string[];
  readonly by?: typeof CLIENT | typeof OPERATOR;
}

let server: TestServer;
let account: SignedIn;
let app: EnrolledApp;

beforeAll(async () => {
  server = await startServer({
    TRUSTED_PROXIES: '127.0.0.1',
    MAX_SESSIONS_PER_USER: '3',
    MFA_MAX_FAILURES_PER_METHOD: '2',
    MFA_MAX_FAILURES_PER_ACCOUNT: '3',
  });
});
afterAll(() => server.stop());

/** Asks as {@link CLIENT}. */
function ask(method: string, path: string, body?: object): Promise<Reply> {
  return server.send(method, path, {
    headers: {
      'x-forwarded-for': CLIENT.ip,
      'user-agent': CLIENT.user_agent,
      authorization: `Bearer ${account.access}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}
const post = (path: string, body: object = {}) => ask('POST', path, body);

const credentials = () => {
  const { username, password } = account.user;
  return { username, password };
};
const begin = () => server.beginLogin(account.user);
const verify = (ephemeral_token: string, code: string) =>
  post('/login/verify/', { ephemeral_token, code });
const appCode = () => server.totp(app.secret);

/** A second method, which is not the primary one. */
const withEmail = () => server.enrolEmail(account);

/** An authenticator beside the first one, its proof not given yet. @returns its id and secret */
async function pendingAuthenticator(): Promise<string> {
  const body = { method: 'app', label: 'tablet' };
  const reply = await server.post('/mfa/', body, account.access);
  return `${reply.body.authenticator_id} ${reply.body.setup_data.secret}`;
}

async function secondAuthenticator(): Promise<string> {
  const [authenticator_id = '', secret = ''] = (await pendingAuthenticator()).split(' ');
  const body = { method: 'app', authenticator_id, code: server.totp(secret) };
  await server.post('/mfa/confirm/', body, account.access);
  return authenticator_id;
}

/** Another session of the same person. @returns the answer's text */
async function anotherSession(): Promise<string> {
  server.clock.advance({ seconds: 30 });
  return (await server.verifyLogin(await begin(), appCode())).text;
}
const refreshIn = (text: string): string => JSON.parse(text).refresh;

async function otherSessionId(): Promise<string> {
  await anotherSession();
  const { body } = await server.get('/sessions/', account.access);
  return body.find((session: { current: boolean }) => !session.current).id;
}

async function wrongCodes(count: number): Promise<string> {
  for (let given = 0; given < count; given++) await server.verifyLogin(await begin(), '000000');
  return begin();
}

/** Locks the method `app`, and leaves one failure to the account. */
async function almostLocked(): Promise<string> {
  await withEmail();
  const ephemeral_token = await wrongCodes(1);
  await server.verifyLogin(ephemeral_token, '000000');
  const body = { ephemeral_token: await begin(), new_method: 'email' };
  await server.post('/login/change-method/', body);
  return body.ephemeral_token;
}

/** A link that resets the password. */
async function resetToken(): Promise<string> {
  await server.post('/password/reset/', { email: account.user.email });
  const mails = await noticesTo(server, account.user);
  const mail = mails.findLast(({ subject }) => subject === 'Choose a new password');
  return /reset-password#(\S+)$/m.exec(mail?.text ?? '')?.[1] ?? '';
}

/** The link of a notice. */
async function notMeToken(): Promise<string> {
  return notMeTokenIn((await noticesTo(server, account.user)).at(-1) ?? { text: '' });
}

const changePassword = (old_password: string) =>
  post('/password/change/', { old_password, new_password: NEW_PASSWORD });

async function wrongOldPasswords(count: number): Promise<void> {
  for (let given = 0; given < count; given++) await changePassword('wrong');
}

const SIGN_IN: readonly Act[] = [
  {
    act: 'a wrong password',
    does: () => post('/login/', { ...credentials(), password: 'wrong' }),
    events: ['login_failed -'],
  },
  {
    act: 'a right password that leads to a second factor',
    does: () => post('/login/', credentials()),
    events: ['login_challenged app'],
  },
  {
    act: 'a sign-in without a second factor',
    after: async () => {
      account = await server.signUp();
    },
    does: () => post('/login/', credentials()),
    events: ['login_succeeded -'],
  },
  {
    act: 'a right code',
    after: begin,
    does: (pending) => verify(pending, appCode()),
    events: ['second_factor_succeeded app', 'login_succeeded app'],
  },
  {
    act: 'a wrong code',
    after: begin,
    does: (pending) => verify(pending, '000000'),
    events: ['second_factor_failed app'],
  },
  {
    act: 'the wrong code that locks a method',
    after: () => wrongCodes(1),
    does: (pending) => verify(pending, '000000'),
    events: ['second_factor_failed app', 'method_locked app'],
  },
  {
    act: 'the wrong code that locks the account',
    after: almostLocked,
    does: (pending) => verify(pending, '000000'),
    events: ['second_factor_failed email', 'account_locked email'],
  },
  {
    act: 'a backup code',
    after: begin,
    does: (pending) => verify(pending, app.backupCodes[0] ?? ''),
    events: ['second_factor_succeeded app', 'backup_code_used app', 'login_succeeded app'],
  },
  {
    act: 'a login that is given up',
    after: begin,
    does: (ephemeral_token) => post('/login/cancel/', { ephemeral_token }),
    events: ['login_cancelled -'],
  },
  {
    act: 'a sign-in with a program that is new to the user',
    does: async () => {
      await verify((await post('/login/', credentials())).body.ephemeral_token, appCode());
      await server.deliverEvents();
    },
    events: [
      'login_challenged app',
      'second_factor_succeeded app',
      'login_succeeded app',
      'new_device_seen -',
    ],
  },
];

const MANAGEMENT: readonly Act[] = [
  {
    act: 'a set-up, with its code',
    does: () => post('/mfa/', { method: 'email' }),
    events: ['method_set_up email', 'code_sent email'],
  },
  {
    act: 'a set-up whose code cannot be sent',
    does: () => {
      server.inbox.failOnce();
      return post('/mfa/', { method: 'email' });
    },
    events: ['method_set_up email', 'code_not_sent email'],
  },
  {
    act: 'a confirmation',
    after: async () => {
      await server.post('/mfa/', { method: 'email' }, account.access);
      return server.inbox.lastCode(account.user.email);
    },
    does: (code) => post('/mfa/confirm/', { method: 'email', code }),
    events: ['second_factor_succeeded email', 'method_activated email'],
  },
  {
    act: 'another authenticator',
    after: pendingAuthenticator,
    does: (pending) => {
      const [authenticator_id = '', secret = ''] = pending.split(' ');
      return post('/mfa/confirm/', {
        method: 'app',
        authenticator_id,
        code: server.totp(secret),
      });
    },
    events: ['second_factor_succeeded app', 'authenticator_added app'],
  },
  {
    act: 'another name of an authenticator',
    after: secondAuthenticator,
    does: (id) => ask('PATCH', `/mfa/authenticators/${id}/`, { label: 'old tablet' }),
    events: ['authenticator_renamed app'],
  },
  {
    act: 'an authenticator that goes',
    after: secondAuthenticator,
    does: (id) => ask('DELETE', `/mfa/authenticators/${id}/`, {}),
    events: ['authenticator_removed app'],
  },
  {
    act: 'another primary method',
    after: withEmail,
    does: () => post('/mfa/primary/', { method: 'email' }),
    events: ['primary_changed email'],
  },
  {
    act: 'a method that is switched off',
    after: async () => {
      await withEmail();
      await server.post('/mfa/send/', { method: 'email' }, account.access);
      return server.inbox.lastCode(account.user.email);
    },
    does: (code) => post('/mfa/deactivate/', { method: 'email', code }),
    events: ['second_factor_succeeded email', 'method_deactivated email'],
  },
  {
    act: 'a method that goes',
    does: () => post('/mfa/delete/', { method: 'app' }),
    events: ['method_deleted app', 'backup_codes_revoked -'],
  },
  {
    act: 'new backup codes',
    does: () => post('/mfa/backup-codes/', { code: appCode() }),
    events: ['second_factor_succeeded app', 'backup_codes_issued app', 'backup_codes_revoked -'],
  },
];

const ACCOUNT: readonly Act[] = [
  {
    act: 'a fresh proof',
    after: async () => (await server.post('/step-up/', {}, account.access)).body.ephemeral_token,
    does: (ephemeral_token) => post('/step-up/verify/', { ephemeral_token, code: appCode() }),
    events: ['second_factor_succeeded app', 'stepped_up app'],
  },
  {
    act: 'a logout',
    does: () => post('/logout/', { refresh: account.refresh }),
    events: ['logged_out -'],
  },
  {
    act: 'the end of one session',
    after: otherSessionId,
    does: (id) => ask('DELETE', `/sessions/${id}/`),
    events: ['session_ended -'],
  },
  {
    act: 'the end of the other sessions',
    after: anotherSession,
    does: () => ask('DELETE', '/sessions/'),
    events: ['sessions_ended -'],
  },
  {
    act: 'a refresh token that comes back',
    after: async () => {
      const refresh = refreshIn(await anotherSession());
      await server.post('/token/refresh/', { refresh });
      server.clock.advance({ seconds: 20 });
      return refresh;
    },
    does: (refresh) => post('/token/refresh/', { refresh }),
    events: ['refresh_token_reused -'],
  },
  {
    act: 'a sign-in while as many sessions live as may',
    after: async () => {
      account = await server.signUp();
      for (let i = 0; i < 2; i++) await server.login(account.user);
    },
    does: () => post('/login/', credentials()),
    events: ['login_succeeded -', 'session_displaced -'],
  },
  {
    act: 'another password',
    does: () => changePassword(account.user.password),
    events: ['password_changed -'],
  },
  {
    act: 'a wrong old password',
    does: () => changePassword('wrong'),
    events: ['second_factor_failed password'],
  },
  {
    act: 'the wrong old password that ends the session',
    after: () => wrongOldPasswords(9),
    does: () => changePassword('wrong'),
    events: ['second_factor_failed password', 'session_locked password'],
  },
  {
    act: 'a forgotten password',
    does: () => post('/password/reset/', { email: account.user.email }),
    events: ['password_reset_requested -'],
  },
  {
    act: 'a password that is chosen by mail',
    after: resetToken,
    does: (token) => post('/password/reset/confirm/', { token, new_password: NEW_PASSWORD }),
    events: ['password_reset -', 'login_challenged app'],
  },
  {
    act: 'a change that was somebody else',
    after: notMeToken,
    does: (token) => post('/repudiate/', { token }),
    events: ['backup_codes_revoked -', 'change_repudiated app'],
  },
  {
    act: 'an account that the operator disables',
    does: () => server.disable(account.user),
    events: ['user_disabled -'],
    by: OPERATOR,
  },
];

async function audit(): Promise<AuditRow[]> {
  await server.app.get(LoginFailures, { strict: false }).settled();
  await server.app.get(PasswordReset, { strict: false }).settled();
  const sql = `SELECT type, factor, ip, user_agent FROM mfa_events WHERE user_id = $1 ORDER BY seq`;
  return server.dataSource.query(sql, [account.user.id]);
}

const ACTS = [...SIGN_IN, ...MANAGEMENT, ...ACCOUNT];

describe('the audit says all of', () => {
  beforeEach(async () => {
    account = await server.signUp();
    app = await server.enrolApp(account);
  });

  it.each(ACTS)('$act', async ({ after, does, events, by = CLIENT }) => {
    const given = String(await after?.());
    const before = (await audit()).length;
    await does(given);
    const rows = (await audit()).slice(before);
    expect(rows.map(({ type, factor }) => `${type} ${factor ?? '-'}`)).toEqual(events);
    for (const row of rows) expect(row).toMatchObject(by);
  });

  it('every type of event that there is', () => {
    const shown = ACTS.flatMap(({ events }) => events.map((event) => event.split(' ')[0] ?? ''));
    const elsewhere = [EMAIL_EVENTS, EMAIL_CHANGE_EVENTS, DEVICE_EVENTS].flat();
    expect([...new Set([...shown, ...elsewhere])].sort()).toEqual([...MFA_EVENT_TYPES].sort());
  });
});
