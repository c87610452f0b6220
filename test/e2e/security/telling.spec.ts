import { type Reply } from '../../support/http-client.js';
import { noticesTo } from '../../support/security-emails.js';
import {
  type EnrolledApp,
  type SignedIn,
  startServer,
  type TestServer,
} from '../../support/server.js';

const CLIENT = { 'x-forwarded-for': '2001:db8::7', 'user-agent': 'teller/1.0' };

interface AuditRow {
  readonly type: string;
  readonly factor: string | null;
  readonly at: Date;
  readonly ip: string;
  readonly user_agent: string;
}

let server: TestServer;
let account: SignedIn;
let app: EnrolledApp;

beforeAll(async () => {
  server = await startServer({ TRUSTED_PROXIES: '127.0.0.1' });
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
  app = await server.enrolApp(account);
});

/** Asks as {@link CLIENT}. */
function ask(path: string, body: object): Promise<Reply> {
  return server.send('POST', path, {
    headers: {
      ...CLIENT,
      'content-type': 'application/json',
      authorization: `Bearer ${account.access}`,
    },
    body: JSON.stringify(body),
  });
}

async function audit(): Promise<AuditRow[]> {
  const sql = `SELECT type, factor, at, ip, user_agent FROM mfa_events WHERE user_id = $1 ORDER BY seq`;
  return server.dataSource.query(sql, [account.user.id]);
}

/** What the audit says of a request more than before it. */
async function toldOf(request: () => Promise<Reply>): Promise<[status: number, ...string[]]> {
  const before = (await audit()).length;
  const { status } = await request();
  const rows = (await audit()).slice(before);
  for (const row of rows) {
    expect(row).toMatchObject({
      at: server.clock.now(),
      ip: CLIENT['x-forwarded-for'],
      user_agent: CLIENT['user-agent'],
    });
  }
  return [status, ...rows.map(({ type, factor }) => `${type} ${factor ?? '-'}`)];
}

/** Subjects of the mails to the user so far, those with codes apart. */
async function notices(): Promise<string[]> {
  return (await noticesTo(server, account.user)).map(({ subject }) => subject);
}

const credentials = () => {
  const { username, password } = account.user;
  return { username, password };
};
const login = async () => (await ask('/login/', credentials())).body.ephemeral_token;

describe('the audit has one row, with who, what, when and from where, for', () => {
  it('a challenge, a failure, a success and a used backup code', async () => {
    expect(await toldOf(() => ask('/login/', credentials()))).toEqual([
      200,
      'login_challenged app',
    ]);
    const ephemeral_token = await login();
    const verify = (code: string) => toldOf(() => ask('/login/verify/', { ephemeral_token, code }));
    expect(await verify('000000')).toEqual([400, 'second_factor_failed app']);
    expect(await verify(app.backupCodes[0] ?? '')).toEqual([
      200,
      'second_factor_succeeded app',
      'backup_code_used app',
      'login_succeeded app',
    ]);
  });

  it('a login without a second factor', async () => {
    account = await server.signUp();
    expect(await toldOf(() => ask('/login/', credentials()))).toEqual([200, 'login_succeeded -']);
  });

  it('a cancelled login', async () => {
    const ephemeral_token = await login();
    expect(await toldOf(() => ask('/login/cancel/', { ephemeral_token }))).toEqual([
      204,
      'login_cancelled -',
    ]);
  });

  it('a lock, once', async () => {
    const guess = async () => {
      const ephemeral_token = await login();
      return toldOf(() => ask('/login/verify/', { ephemeral_token, code: '000000' }));
    };
    for (let i = 0; i < 9; i++) expect(await guess()).toEqual([400, 'second_factor_failed app']);
    expect(await guess()).toEqual([400, 'second_factor_failed app', 'method_locked app']);
    expect(await guess()).toEqual([429]);
  });

  it('each change of factors and each code that is sent', async () => {
    const told = async (path: string, body: object) =>
      (await toldOf(() => ask(path, body))).slice(1);
    expect(await told('/mfa/', { method: 'email' })).toEqual([
      'method_set_up email',
      'code_sent email',
    ]);
    server.clock.advance({ seconds: 31 });
    expect(await told('/mfa/send/', { method: 'email' })).toEqual(['code_sent email']);
    const mailed = server.inbox.lastCode(account.user.email);
    expect(await told('/mfa/confirm/', { method: 'email', code: mailed })).toEqual([
      'second_factor_succeeded email',
      'method_activated email',
    ]);
    expect(await told('/mfa/primary/', { method: 'email' })).toEqual(['primary_changed email']);
    const code = server.totp(app.secret);
    expect(await told('/mfa/deactivate/', { method: 'app', code })).toEqual([
      'second_factor_succeeded app',
      'method_deactivated app',
    ]);
    expect(await told('/mfa/delete/', { method: 'app' })).toEqual(['method_deleted app']);
  });

  it('new backup codes', async () => {
    const code = server.totp(app.secret);
    expect(await toldOf(() => ask('/mfa/backup-codes/', { code }))).toEqual([
      200,
      'second_factor_succeeded app',
      'backup_codes_issued app',
      'backup_codes_revoked -',
    ]);
  });

  it('a code that could not be sent', async () => {
    server.inbox.failOnce();
    expect(await toldOf(() => ask('/mfa/', { method: 'email' }))).toEqual([
      503,
      'method_set_up email',
      'code_not_sent email',
    ]);
  });
});

describe('the user is told by mail of', () => {
  it('each change of factors', async () => {
    await server.enrolEmail(account);
    await ask('/mfa/primary/', { method: 'email' });
    const code = server.totp(app.secret);
    await ask('/mfa/deactivate/', { method: 'app', code });
    await ask('/mfa/delete/', { method: 'app' });
    const expected = [
      'A second factor was added to your account',
      'A second factor was added to your account',
      'Your preferred second factor has changed',
      'A second factor was switched off',
      'A second factor was removed from your account',
    ];
    expect(await notices()).toEqual(expected);
  });

  it('a lock and a used backup code, from where they came', async () => {
    const ephemeral_token = await login();
    await ask('/login/verify/', { ephemeral_token, code: app.backupCodes[0] ?? '' });
    for (let i = 0; i < 10; i++) {
      await ask('/login/verify/', { ephemeral_token: await login(), code: '000000' });
    }
    const mails = (await noticesTo(server, account.user)).slice(1);
    expect(mails.map(({ subject }) => subject).sort()).toEqual([
      'A backup code was used',
      'A second factor is locked',
      'A wrong second factor was given',
      'Your account was signed in to from a new device',
    ]);
    for (const { text } of mails) expect(text).toContain(CLIENT['x-forwarded-for']);
  });
});

describe('a mail server that is down', () => {
  afterEach(() => server.inbox.recover());

  it('changes nothing of what is done and told', async () => {
    expect(await notices()).toHaveLength(1);
    server.inbox.failAlways();
    const code = server.totp(app.secret);
    const { status, body } = await ask('/mfa/backup-codes/', { code });
    expect([status, body.backup_codes.length]).toEqual([200, 5]);
    const ephemeral_token = await login();
    const spent = await ask('/login/verify/', { ephemeral_token, code: body.backup_codes[0] });
    expect(spent.status).toBe(200);
    expect((await ask('/mfa/delete/', { method: 'app' })).status).toBe(204);
    const types = (await audit()).map(({ type }) => type);
    expect(types.slice(-3)).toEqual([
      ...['login_succeeded', 'method_deleted', 'backup_codes_revoked'],
    ]);
    expect(await notices()).toHaveLength(1);
    server.inbox.recover();
    server.clock.advance({ seconds: 5 });
    expect((await notices()).slice(1).sort()).toEqual([
      // How many are left is counted when it is sent: by now they went with the factor.
      'A backup code was used, and few are left',
      'A second factor was removed from your account',
      'Backup codes no longer work',
      'Backup codes no longer work',
      'New backup codes were made',
      'Your account was signed in to from a new device',
    ]);
  });
});
