import { AttemptStore } from '../../../src/mfa/index.js';
import { logStatements, rowStatements } from '../../support/statement-log.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

/** Two sessions: of the registration, and of a login. */
const MOST_SESSIONS = 2;

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ MAX_SESSIONS_PER_USER: String(MOST_SESSIONS) });
});
afterAll(() => server.stop());

/** An account with an app and an open login. */
async function logIn() {
  const account = await server.signUp();
  const { secret, backupCodes } = await server.enrolApp(account);
  const token = await server.beginLogin(account.user);
  return {
    account,
    secret,
    backupCodes,
    verify: (code: unknown) => server.verifyLogin(token, code),
  };
}

/** Runs `happen` after the next attempt is spent, its subject read, and before anything is judged. */
function afterNextAttempt(happen: () => Promise<unknown>): void {
  const store: AttemptStore = server.app.get(AttemptStore, { strict: false });
  const spend = store.spendAndRead?.bind(store);
  if (spend === undefined) throw new Error('The store does not read the subject.');
  store.spendAndRead = async (...args) => {
    store.spendAndRead = spend;
    const read = await spend(...args);
    await happen();
    return read;
  };
}

async function stateOf({ user }: SignedIn) {
  const [state] = await server.dataSource.query<object[]>(
    `SELECT (SELECT count(*)::int FROM sessions WHERE user_id::text = $1) AS sessions,
      (SELECT failures FROM mfa_accounts WHERE user_id = $1) AS account,
      (SELECT failures FROM mfa_methods WHERE user_id = $1) AS method`,
    [user.id],
  );
  return state;
}

const ENDINGS: Readonly<Record<string, (account: SignedIn) => Promise<unknown>>> = {
  'the user is disabled': ({ user }) => server.disable(user),
  'the password changes': ({ user, access }) =>
    server.post(
      '/password/change/',
      { old_password: user.password, new_password: 'another horse battery' },
      access,
    ),
  'the method is deleted': ({ user }) =>
    server.dataSource.query('DELETE FROM mfa_methods WHERE user_id = $1', [user.id]),
};

describe('the second step of a login', () => {
  it.each(Object.keys(ENDINGS))('gives no tokens when, under way, %s', async (name) => {
    const { account, secret, verify } = await logIn();
    const before = await stateOf(account);
    afterNextAttempt(async () => ENDINGS[name]?.(account));
    const { status, body } = await verify(server.totp(secret));
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body.access).toBeUndefined();
    expect(await stateOf(account)).toMatchObject({ sessions: 1, account: 0 });
    expect(before).toMatchObject({ sessions: 1 });
  });

  it.each([
    ['is disabled', 'disabled_at = now()'],
    ['is frozen', 'frozen_at = now()'],
    ['has another password', 'credentials_version = gen_random_uuid()'],
  ])('costs nothing when the user %s, though the login is open', async (_, assignment) => {
    const { account, secret, verify } = await logIn();
    await server.dataSource.query(`UPDATE users SET ${assignment} WHERE id = $1`, [
      account.user.id,
    ]);
    for (const code of [server.totp(secret), '000000', 'ZZZZ-ZZZZ-ZZZZ']) {
      expect((await verify(code)).body.code).toBe('invalid_token');
    }
    expect(await stateOf(account)).toEqual({ sessions: 1, account: 0, method: 0 });
  });

  it('costs as many statements where it ends another session', async () => {
    const { account, secret, verify } = await logIn();
    const roomy = await logStatements(() => verify(server.totp(secret)));
    expect(rowStatements(roomy)).toHaveLength(2);
    server.clock.advance({ seconds: 30 });
    const token = await server.beginLogin(account.user);
    const full = await logStatements(() => server.verifyLogin(token, server.totp(secret)));
    expect(rowStatements(full)).toHaveLength(2);
    expect((await server.get('/user/', account.access)).status).toBe(401);
  });
});
