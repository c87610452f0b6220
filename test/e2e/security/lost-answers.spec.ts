import { type Reply } from '../../support/http-client.js';
import { newestNotMeToken } from '../../support/security-emails.js';
import { mailedToken, prepareMaterials } from '../../support/route-bodies.js';
import { type SignedIn, TestServer } from '../../support/server.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

const NEW_PASSWORD = 'another horse battery';

let database: TestDatabase;
let proxy: TcpProxy;
let server: TestServer;

beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await TcpProxy.start(database.url);
  // So that the text of each statement is on the wire.
  const settings = { DATABASE_URL: proxy.url, DATABASE_PREPARED_STATEMENTS: 'off' };
  server = await TestServer.start(database, settings, true, { races: true });
});
afterAll(async () => {
  await server.stop();
  await proxy.stop();
});

afterEach(async () => {
  await proxy.recover();
  await server.deliverEvents();
});

/** A request that is ready to be sent, any number of times. */
interface Ready {
  readonly userId: string;
  send(): Promise<Reply>;
}

/** What a request does, and what is answered where it may have been done. */
interface Work {
  readonly name: string;
  /** The statement whose answer is lost. */
  readonly at: RegExp;
  /** What is answered then: `ok`, where the server can look what has become of it. */
  readonly lost: 'ok' | 'unavailable';
  /** What the same request is answered when it is sent again. */
  readonly again: string;
  /** Sessions that have ended in the end; none, unless that is what was asked for. */
  readonly ended?: number;
  prepare(): Promise<Ready>;
}

const COMMIT = /COMMIT/;
const OPENING = /INSERT INTO mfa_challenges/;

/** Of somebody without a second factor. */
async function signedIn(make: (account: SignedIn) => Promise<Ready['send']>): Promise<Ready> {
  const account = await server.signUp();
  return { userId: account.user.id, send: await make(account) };
}

type Materials = Awaited<ReturnType<typeof prepareMaterials>>;

/** Of somebody whose `app` is active, in the middle of a login. */
async function enrolled(make: (given: Materials) => Promise<Ready['send']>): Promise<Ready> {
  const given = await prepareMaterials(server);
  return { userId: given.account.user.id, send: await make(given) };
}

/** Of somebody whose `app` and `email` are active. */
async function doublyEnrolled(make: (account: SignedIn) => Promise<Ready['send']>): Promise<Ready> {
  return signedIn(async (account) => {
    await server.enrolApp(account);
    await server.enrolEmail(account);
    server.clock.advance({ seconds: 60 });
    return make(account);
  });
}

async function steppingUp({ access }: Pick<SignedIn, 'access'>, proof: object) {
  const { ephemeral_token } = (await server.post('/step-up/', {}, access)).body;
  return () => server.post('/step-up/verify/', { ephemeral_token, ...proof });
}

const changePassword = ({ user, access }: SignedIn) =>
  server.post(
    '/password/change/',
    { old_password: user.password, new_password: NEW_PASSWORD },
    access,
  );

const remove = (path: string, { access }: Pick<SignedIn, 'access'>) =>
  server.send('DELETE', path, { headers: { authorization: `Bearer ${access}` } });

/** Sends the same request each time. */
const post =
  (path: string, body: object, access?: string): Ready['send'] =>
  () =>
    server.post(path, body, access);

let registrations = 0;

const WORKS: readonly Work[] = [
  {
    name: 'a registration',
    at: /INSERT INTO "?users/,
    lost: 'unavailable',
    again: 'validation_failed',
    prepare: () =>
      signedIn(async () => {
        const username = `lost${++registrations}`;
        const details = { username, email: `${username}@example.org`, password: NEW_PASSWORD };
        return () => server.post('/registration/', details);
      }),
  },
  {
    name: 'a login without a second factor',
    at: /INSERT INTO "?sessions/,
    lost: 'unavailable',
    again: 'ok',
    prepare: () =>
      signedIn(
        async ({ user }) =>
          () =>
            server.login(user),
      ),
  },
  {
    name: 'a login with one',
    at: OPENING,
    lost: 'unavailable',
    again: 'ok',
    prepare: () =>
      enrolled(
        async ({ account }) =>
          () =>
            server.login(account.user),
      ),
  },
  {
    name: 'a verify by a code of an app',
    at: /SET consumed_at/,
    lost: 'ok',
    again: 'invalid_token',
    prepare: () =>
      enrolled(
        async ({ login, code }) =>
          () =>
            server.verifyLogin(login, code),
      ),
  },
  {
    name: 'a verify by a backup code',
    at: /SET consumed_at/,
    lost: 'ok',
    again: 'invalid_token',
    prepare: () =>
      enrolled(
        async ({ login, app }) =>
          () =>
            server.verifyLogin(login, app.backupCodes[0]),
      ),
  },
  {
    name: 'a change of the method',
    at: /UPDATE mfa_challenges SET method_id/,
    lost: 'unavailable',
    again: 'method_unchanged',
    prepare: () =>
      doublyEnrolled(async ({ user }) => {
        const body = { ephemeral_token: await server.beginLogin(user), new_method: 'email' };
        return () => server.post('/login/change-method/', body);
      }),
  },
  {
    name: 'the end of a login',
    at: /consumed_at/,
    lost: 'unavailable',
    again: 'invalid_token',
    prepare: () =>
      enrolled(async ({ login }) => post('/login/cancel/', { ephemeral_token: login })),
  },
  {
    name: 'a refresh',
    at: /SET refresh_generation/,
    lost: 'unavailable',
    again: 'ok',
    prepare: () => signedIn(async ({ refresh }) => post('/token/refresh/', { refresh })),
  },
  {
    name: 'a logout',
    at: COMMIT,
    lost: 'ok',
    again: 'ok',
    ended: 1,
    prepare: () => signedIn(async ({ refresh }) => post('/logout/', { refresh })),
  },
  {
    name: 'a set-up',
    at: /INSERT INTO mfa_methods/,
    lost: 'unavailable',
    again: 'ok',
    prepare: () => signedIn(async ({ access }) => post('/mfa/', { method: 'app' }, access)),
  },
  {
    name: 'a confirmation',
    at: COMMIT,
    lost: 'ok',
    again: 'method_exists',
    prepare: () =>
      signedIn(async ({ access }) => {
        const { body } = await server.post('/mfa/', { method: 'app' }, access);
        const proof = { method: 'app', code: server.totp(body.setup_data.secret) };
        return () => server.post('/mfa/confirm/', proof, access);
      }),
  },
  {
    name: 'a confirmation by mail',
    at: COMMIT,
    lost: 'ok',
    again: 'method_exists',
    prepare: () =>
      signedIn(async ({ access, user }) => {
        await server.post('/mfa/', { method: 'email' }, access);
        const proof = { method: 'email', code: server.inbox.lastCode(user.email) };
        return () => server.post('/mfa/confirm/', proof, access);
      }),
  },
  {
    name: 'another primary method',
    at: COMMIT,
    lost: 'ok',
    again: 'ok',
    prepare: () =>
      doublyEnrolled(async ({ access }) => post('/mfa/primary/', { method: 'email' }, access)),
  },
  {
    name: 'a deletion',
    at: COMMIT,
    lost: 'ok',
    again: 'method_not_found',
    prepare: () =>
      enrolled(async ({ account }) => post('/mfa/delete/', { method: 'app' }, account.access)),
  },
  {
    name: 'new backup codes',
    at: COMMIT,
    lost: 'ok',
    again: 'invalid_code',
    prepare: () =>
      enrolled(async ({ account, code }) => post('/mfa/backup-codes/', { code }, account.access)),
  },
  {
    name: 'the begin of a step-up',
    at: OPENING,
    lost: 'unavailable',
    again: 'ok',
    prepare: () => enrolled(async ({ account }) => post('/step-up/', {}, account.access)),
  },
  {
    name: 'a step-up by a code of an app',
    at: /SET consumed_at/,
    lost: 'ok',
    again: 'invalid_token',
    prepare: () => enrolled(({ account, code }) => steppingUp(account, { code })),
  },
  {
    name: 'a step-up by a backup code',
    at: /SET consumed_at/,
    lost: 'ok',
    again: 'invalid_token',
    prepare: () =>
      enrolled(({ account, app }) => steppingUp(account, { code: app.backupCodes[0] })),
  },
  {
    name: 'a step-up by the password',
    at: COMMIT,
    lost: 'ok',
    again: 'invalid_token',
    prepare: () => signedIn((account) => steppingUp(account, { password: account.user.password })),
  },
  {
    name: 'another password',
    at: COMMIT,
    lost: 'ok',
    again: 'ok',
    prepare: () => signedIn(async (account) => () => changePassword(account)),
  },
  {
    name: 'a reset of the password',
    at: COMMIT,
    lost: 'ok',
    again: 'invalid_token',
    ended: 1,
    prepare: () =>
      signedIn(async ({ user: { email } }) => {
        await server.post('/password/reset/', { email });
        await server.deliverEvents();
        const token = mailedToken(server, email, '/account/reset-password');
        const body = { token, new_password: NEW_PASSWORD };
        return () => server.post('/password/reset/confirm/', body);
      }),
  },
  {
    name: '"this was not me"',
    at: COMMIT,
    lost: 'ok',
    again: 'invalid_token',
    ended: 1,
    prepare: () =>
      signedIn(async (account) => {
        await changePassword(account);
        const token = await newestNotMeToken(server, account.user, /password was changed/);
        return () => server.post('/repudiate/', { token });
      }),
  },
  {
    name: 'the end of the other sessions',
    at: COMMIT,
    lost: 'ok',
    again: 'ok',
    ended: 1,
    prepare: () =>
      signedIn(async (account) => {
        await server.login(account.user);
        return () => remove('/sessions/', account);
      }),
  },
];

const outcomeOf = ({ status, body }: Reply) => (status < 300 ? 'ok' : String(body.code));

/** What must be so, whatever was lost and repeated. */
async function expectNothingSpentTwice({ userId }: Ready, ended: number): Promise<void> {
  const [row] = await server.dataSource.query<object[]>(
    `SELECT (SELECT count(*)::int FROM sessions WHERE user_id = $1 AND ended_at IS NOT NULL) AS ended,
       (SELECT count(*) < 2 FROM mfa_backup_codes WHERE user_id = $1::text AND spent_at IS NOT NULL)
         AS "spendsOne",
       (SELECT coalesce(sum(failures), 0)::int FROM mfa_accounts WHERE user_id = $1::text) AS failures`,
    [userId],
  );
  expect(row).toEqual({ ended, spendsOne: true, failures: 0 });
}

describe('the answer of the database is lost', () => {
  it.each(WORKS)(
    'to $name: $lost, and $again when it is sent again',
    async ({ at, lost, again, ended = 0, prepare }) => {
      const ready = await prepare();
      proxy.cut(at, 'after');
      const reply = await ready.send();
      expect([proxy.hasCut, outcomeOf(reply)]).toEqual([true, lost]);
      await proxy.recover();
      expect(outcomeOf(await ready.send())).toBe(again);
      await expectNothingSpentTwice(ready, ended);
    },
  );
});

it('looks what has become of a change where every connection breaks with it', async () => {
  const [confirmation] = WORKS.filter(({ name }) => name === 'a confirmation');
  const ready = await confirmation?.prepare();
  await Promise.all(Array.from({ length: 20 }, () => server.dataSource.query('SELECT 1')));
  proxy.cut(COMMIT, 'after');
  expect((await ready?.send())?.status).toBe(200);
});

describe('the answer of the server is lost', () => {
  it.each(WORKS)('to $name: $again when it is sent again', async (work) => {
    const ready = await work.prepare();
    expect(outcomeOf(await ready.send())).toBe('ok');
    expect(outcomeOf(await ready.send())).toBe(work.again);
    await expectNothingSpentTwice(ready, work.ended ?? 0);
  });
});
