import { jest } from '@jest/globals';
import { AccountReading } from '../../../src/mfa/index.js';
import { beforeNextChange } from '../../support/before-next-change.js';
import { type Reply } from '../../support/http-client.js';
import { deleteAt } from '../../support/old-proof.js';
import { mailedToken } from '../../support/route-bodies.js';
import {
  type EnrolledApp,
  type SignedIn,
  startServer,
  type TestServer,
} from '../../support/server.js';

/** An account whose session, or somebody who holds it, is about to change something. */
interface Stage {
  readonly account: SignedIn;
  readonly app: EnrolledApp;
  /** The present session, of two factors. */
  readonly access: string;
  readonly refresh: string;
  /** Another session of the account. */
  readonly other: string;
  /** A second authenticator of `app`, which awaits its proof. */
  readonly tablet: { readonly id: string; readonly secret: string };
}

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ MFA_DELETE_ACTIVE_METHOD_REQUIRE_CODE: 'false' });
});
afterAll(() => server.stop());
afterEach(() => jest.restoreAllMocks());

async function prepare(): Promise<Stage> {
  const account = await server.signUp();
  const app = await server.enrolApp(account);
  await server.enrolEmail(account);
  await server.post('/mfa/primary/', { method: 'email' }, account.access);
  const login = await server.beginLogin(account.user);
  const code = server.inbox.lastCode(account.user.email);
  const { access, refresh } = (await server.verifyLogin(login, code)).body;
  const set = await server.post('/mfa/', { method: 'app', label: 'Tablet' }, access);
  const id = set.body.authenticator_id ?? (await pendingId(access));
  await server.post('/password/reset/', { email: account.user.email });
  await server.deliverEvents();
  server.clock.advance({ seconds: 30 });
  const tablet = { id, secret: set.body.setup_data.secret };
  return { account, app, access, refresh, other: sessionIdOf(account.access), tablet };
}

async function pendingId(access: string): Promise<string> {
  const { body } = await server.get('/mfa/', access);
  const [app] = body as { details: { authenticators: { id: string; label: string }[] } }[];
  return app?.details.authenticators.find(({ label }) => label === 'Tablet')?.id ?? '';
}

function sessionIdOf(access: string): string {
  const [, payload = ''] = access.split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString()).sid;
}

/** Each way in which a session changes what protects the account. */
const CHANGES: Readonly<Record<string, (stage: Stage) => Promise<Reply>>> = {
  'a set-up': ({ access }) => server.post('/mfa/', { method: 'app', label: 'Third' }, access),
  'a confirmation': ({ access, tablet: { id, secret } }) =>
    server.post(
      '/mfa/confirm/',
      { method: 'app', authenticator_id: id, code: server.totp(secret) },
      access,
    ),
  'another primary method': ({ access }) => server.post('/mfa/primary/', { method: 'app' }, access),
  'a deactivation': ({ access, app }) =>
    server.post('/mfa/deactivate/', { method: 'app', code: server.totp(app.secret) }, access),
  'a deletion': ({ access }) => server.post('/mfa/delete/', { method: 'email' }, access),
  'a new label': ({ access, tablet }) =>
    server.send('PATCH', `/mfa/authenticators/${tablet.id}/`, {
      headers: { authorization: `Bearer ${access}`, 'content-type': 'application/json' },
      body: JSON.stringify({ label: 'Slate' }),
    }),
  'a removal': ({ access, tablet }) =>
    deleteAt(server, `/mfa/authenticators/${tablet.id}/`, access),
  'new backup codes': ({ access, app }) =>
    server.post('/mfa/backup-codes/', { code: server.totp(app.secret) }, access),
  'a new password': ({ access, account: { user } }) =>
    server.post(
      '/password/change/',
      { old_password: user.password, new_password: 'another horse battery' },
      access,
    ),
  'the end of a session': ({ access, other }) => deleteAt(server, `/sessions/${other}/`, access),
  'the end of all others': ({ access }) => deleteAt(server, '/sessions/', access),
};

/** What may come in between, and ends the right to change anything. */
const ENDINGS: Readonly<Record<string, (stage: Stage) => Promise<unknown>>> = {
  'its session is logged out': ({ refresh }) => server.post('/logout/', { refresh }),
  'another session ends its own': ({ account, access }) =>
    deleteAt(server, `/sessions/${sessionIdOf(access)}/`, account.access),
  'its user is disabled': ({ account: { user } }) => server.disable(user),
  'somebody says "this was not me"': ({ account: { user } }) =>
    server.post('/repudiate/', { token: mailedToken(server, user.email, '/account/not-me') }),
  'the password is reset': ({ account: { user } }) =>
    server.post('/password/reset/confirm/', {
      token: mailedToken(server, user.email, '/account/reset-password'),
      new_password: 'a third horse battery',
    }),
};

/** Everything that a change could have left behind. */
async function kept({ account: { user } }: Stage): Promise<object> {
  const [state] = await server.dataSource.query<object[]>(
    `SELECT
      (SELECT json_agg(m ORDER BY id) FROM (SELECT id, handler, is_active, is_primary, state
        FROM mfa_methods WHERE user_id = $1) m) AS methods,
      (SELECT json_agg(c ORDER BY lookup) FROM mfa_backup_codes c WHERE user_id = $1) AS codes,
      (SELECT password_hash FROM users WHERE id = $1::uuid) AS password,
      (SELECT json_agg(s ORDER BY id) FROM (SELECT id, ended_at
        FROM sessions WHERE user_id = $1::uuid) s) AS sessions`,
    [user.id],
  );
  return state ?? {};
}

describe.each(Object.entries(ENDINGS))('when %s right before the change', (_, end) => {
  it.each(Object.entries(CHANGES))('%s is refused and leaves nothing', async (__, change) => {
    const stage = await prepare();
    let before: object = {};
    beforeNextChange(server, async () => {
      await end(stage);
      before = await kept(stage);
    });
    const reply = await change(stage);
    expect([reply.status, reply.body?.code]).toEqual([
      expect.any(Number),
      expect.stringMatching(/^(token_not_valid|invalid_code|invalid_credentials)$/),
    ]);
    expect(await kept(stage)).toEqual(before);
  });
});

it.each(Object.entries(ENDINGS))(
  'a set-up leaves nothing pending when %s before its methods are looked at',
  async (_, end) => {
    const stage = await prepare();
    const reading = server.app.get<AccountReading>(AccountReading, { strict: false });
    const read = reading.read.bind(reading);
    let before: object = {};
    jest.spyOn(reading, 'read').mockImplementationOnce(async (...args) => {
      await end(stage);
      before = await kept(stage);
      return read(...args);
    });
    const reply = await server.post('/mfa/', { method: 'app', label: 'Third' }, stage.access);
    expect([reply.status, reply.body.code]).toEqual([401, 'token_not_valid']);
    expect(await kept(stage)).toEqual(before);
  },
);

it.each(Object.entries(CHANGES))('%s is made where nothing comes in between', async (_, change) => {
  const stage = await prepare();
  const { status } = await change(stage);
  expect([200, 201, 204]).toContain(status);
});

it('is refused once another session has taken away the method that its proof was of', async () => {
  const stage = await prepare();
  beforeNextChange(server, () =>
    server.dataSource.query(
      `UPDATE mfa_methods SET is_active = false, is_primary = false, activated_at = NULL
       WHERE user_id = $1 AND handler = 'email'`,
      [stage.account.user.id],
    ),
  );
  const reply = await server.post('/mfa/delete/', { method: 'app' }, stage.access);
  expect([reply.status, reply.body.code]).toEqual([401, 'fresh_proof_required']);
});
