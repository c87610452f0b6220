import { mailedToken } from '../../support/route-bodies.js';
import { type SignedIn, type TestServer } from '../../support/server.js';
import { isTold, Succession, type Trial } from '../../support/succession.js';
import {
  countEvents,
  countMails,
  countSessions,
  isPassword,
  prepareWatchedAccount,
  sessionStatuses,
  type WatchedAccount,
} from '../../support/watched-account.js';

const MANY_SERVERS_MILLISECONDS = 240_000;
const NEW_PASSWORD = 'another horse battery';
const GOES_ON = [200, 200];
const IS_OVER = [401, 401];

async function countRows(server: TestServer, rows: string, { user }: SignedIn): Promise<number> {
  const [row] = await server.dataSource.query<{ count: number }[]>(
    `SELECT count(*)::int AS count FROM ${rows} AND user_id = $1`,
    [user.id],
  );
  return row?.count ?? 0;
}

const wasAsked = async (server: TestServer, { user }: SignedIn, password = user.password) =>
  (await server.login({ ...user, password })).body.mfa_enabled as unknown;

const verify = (server: TestServer, { app, pending }: WatchedAccount) =>
  server.verifyLogin(pending, server.totp(app.secret));

const VERIFY: Trial<WatchedAccount> = {
  prepare: prepareWatchedAccount,
  act: (server, watched) => isTold(verify(server, watched)),
  async inspect(server, watched) {
    const { account, app } = watched;
    const count = (type: string) => countEvents(server, account, type);
    const proven = await count('second_factor_succeeded');
    // One by the set-up and one by the first login.
    const isDone = proven === 3;
    expect({
      proven,
      signedIn: await count('login_succeeded'),
      sessions: await countSessions(server, account),
      spent: await countRows(server, 'mfa_challenges WHERE consumed_at IS NOT NULL', account),
    }).toEqual({ proven, signedIn: proven, sessions: proven, spent: proven });
    const again = await verify(server, watched);
    expect(again.body.code).toBe(isDone ? 'invalid_token' : undefined);
    const next = await server.beginLogin(account.user);
    const code = server.totp(app.secret);
    expect((await server.verifyLogin(next, code)).body.code).toBe('invalid_code');
    server.clock.advance({ seconds: 30 });
    expect((await server.verifyLogin(next, server.totp(app.secret))).status).toBe(200);
    return isDone;
  },
};

/** Somebody whose `app` is set up and not confirmed. */
interface Enrolling {
  readonly account: SignedIn;
  readonly secret: string;
  readonly backupCodes: readonly string[];
}

const confirm = (server: TestServer, { account, secret }: Enrolling) =>
  server.post('/mfa/confirm/', { method: 'app', code: server.totp(secret) }, account.access);

const CONFIRM: Trial<Enrolling> = {
  async prepare(server) {
    const account = await server.signUp();
    const { body } = await server.post('/mfa/', { method: 'app' }, account.access);
    await server.deliverEvents();
    return { account, secret: body.setup_data.secret, backupCodes: body.backup_codes };
  },
  act: (server, enrolling) => isTold(confirm(server, enrolling)),
  async inspect(server, enrolling) {
    const { account, secret, backupCodes } = enrolling;
    const told = await countMails(server, account, /second factor was added/);
    const isDone = told === 1;
    expect({
      told,
      events: await countEvents(server, account, 'method_activated'),
      active: await countRows(server, 'mfa_methods WHERE is_active AND is_primary', account),
      isAsked: await wasAsked(server, account),
    }).toEqual({ told, events: told, active: told, isAsked: isDone });
    expect((await confirm(server, enrolling)).status).toBe(isDone ? 400 : 200);
    server.clock.advance({ seconds: 30 });
    for (const code of [server.totp(secret), backupCodes[0]]) {
      const next = await server.beginLogin(account.user);
      expect((await server.verifyLogin(next, code)).status).toBe(200);
    }
    return isDone;
  },
};

const deleteApp = (server: TestServer, { account }: WatchedAccount) =>
  server.post('/mfa/delete/', { method: 'app' }, account.access);

const DELETION: Trial<WatchedAccount> = {
  prepare: prepareWatchedAccount,
  act: (server, watched) => isTold(deleteApp(server, watched)),
  async inspect(server, watched) {
    const { account, app, other, pending } = watched;
    const told = await countMails(server, account, /second factor was removed/);
    const isDone = told === 1;
    expect({
      told,
      events: await countEvents(server, account, 'method_deleted'),
      methods: await countRows(server, 'mfa_methods WHERE true', account),
      backupCodes: await countRows(server, 'mfa_backup_codes WHERE true', account),
      other: await sessionStatuses(server, other),
    }).toEqual({
      told,
      events: told,
      methods: 1 - told,
      backupCodes: isDone ? 0 : 5,
      other: isDone ? IS_OVER : GOES_ON,
    });
    const verified = await server.verifyLogin(pending, server.totp(app.secret));
    expect(verified.body.code).toBe(isDone ? 'method_not_found' : undefined);
    expect((await deleteApp(server, watched)).status).toBe(isDone ? 400 : 204);
    expect(await wasAsked(server, account)).toBe(false);
    return isDone;
  },
};

/** Somebody who has the link of a reset in hand. */
interface Forgetful extends WatchedAccount {
  readonly token: string;
}

const reset = (server: TestServer, { token }: Forgetful) =>
  server.post('/password/reset/confirm/', { token, new_password: NEW_PASSWORD });

const RESET: Trial<Forgetful> = {
  async prepare(server) {
    const watched = await prepareWatchedAccount(server);
    const { email } = watched.account.user;
    await server.post('/password/reset/', { email });
    await server.deliverEvents();
    return { ...watched, token: mailedToken(server, email, '/account/reset-password') };
  },
  act: (server, forgetful) => isTold(reset(server, forgetful)),
  async inspect(server, forgetful) {
    const { account, app, other, pending } = forgetful;
    const told = await countMails(server, account, /password was reset/);
    const isDone = told === 1;
    const theirs = isDone ? IS_OVER : GOES_ON;
    const verified = await server.verifyLogin(pending, server.totp(app.secret));
    expect(verified.body.code).toBe(isDone ? 'invalid_token' : undefined);
    expect({
      told,
      events: await countEvents(server, account, 'password_reset'),
      sessions: await countSessions(server, account),
      isOld: await isPassword(server, account, account.user.password),
      isNew: await isPassword(server, account, NEW_PASSWORD),
      present: await sessionStatuses(server, account),
      other: await sessionStatuses(server, other),
    }).toEqual({
      told,
      events: told,
      sessions: isDone ? 0 : 3,
      isOld: !isDone,
      isNew: isDone,
      present: theirs,
      other: theirs,
    });
    const again = await reset(server, forgetful);
    expect(again.body.code).toBe(isDone ? 'invalid_token' : undefined);
    expect(await wasAsked(server, account, NEW_PASSWORD)).toBe(true);
    return isDone;
  },
};

function showThatNothingIsHalfDone(): void {
  let line: Succession;
  beforeAll(async () => {
    line = await Succession.begin({ END_SESSIONS_ON_FACTOR_CHANGE: 'true' });
  });
  afterAll(() => line.end());

  describe.each(['before', 'after'] as const)('a server killed %s any statement of', (when) => {
    it(
      'a verify signs in and spends the code, or neither',
      () => line.outlive(when, VERIFY),
      MANY_SERVERS_MILLISECONDS,
    );

    it(
      'a confirmation leaves a factor that is asked for and told of, or neither',
      () => line.outlive(when, CONFIRM),
      MANY_SERVERS_MILLISECONDS,
    );

    it(
      'a deletion leaves the factor, or nothing of it',
      () => line.outlive(when, DELETION),
      MANY_SERVERS_MILLISECONDS,
    );

    it(
      'a reset of the password leaves the link unspent, or the new password alone',
      () => line.outlive(when, RESET),
      MANY_SERVERS_MILLISECONDS,
    );
  });
}

describe('kills between two steps', () => {
  if (process.env['RUN_LONG_TRIALS'] === '1') showThatNothingIsHalfDone();
  else
    it('are not shown here: they take minutes, and a PostgreSQL that TEST_DATABASE_URL names', () => {});
});
