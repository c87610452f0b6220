import { payloadOf } from '../../support/forged-tokens.js';
import { expectProblem, INVALID_TOKEN } from '../../support/problems.js';
import { mailedToken } from '../../support/route-bodies.js';
import { enrolKey, PASSKEY, withPasskeys } from '../../support/security-keys.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';
import { type Conduct, type SoftwareAuthenticator } from '../../support/software-authenticator.js';

const NEW_PASSWORD = 'another horse battery';

let server: TestServer;
let account: SignedIn;

beforeAll(async () => {
  server = await startServer(withPasskeys());
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
});

async function signIn(key: SoftwareAuthenticator, conduct?: Conduct) {
  const { ephemeral_token, challenge } = (await server.post('/login/passkey/', {})).body;
  const credential = key.get(challenge, conduct);
  return server.post('/login/passkey/verify/', { ephemeral_token, credential });
}

const namesOf = (methods: readonly { name: string }[]) => methods.map(({ name }) => name);

describe('what a sign-in with a passkey does not show', () => {
  it('is a password that a reader of the mailbox has set: a mailed code stays no second factor', async () => {
    const key = await enrolKey(server, account, PASSKEY);
    await server.enrolEmail(account);
    const { email, username } = account.user;
    await server.post('/password/reset/', { email });
    await server.deliverEvents();
    const token = mailedToken(server, email, '/account/reset-password');
    await server.post('/password/reset/confirm/', { token, new_password: NEW_PASSWORD });
    expect((await signIn(key)).status).toBe(200);
    const { body } = await server.login({ username, password: NEW_PASSWORD });
    expect(namesOf(body.methods)).toEqual(['webauthn']);
  });

  it('is a password that a thief has chosen: the session is no accomplice of the thief', async () => {
    const key = await enrolKey(server, account, PASSKEY);
    const passwords = { old_password: account.user.password, new_password: NEW_PASSWORD };
    await server.post('/password/change/', passwords, account.access);
    await server.deliverEvents();
    const token = mailedToken(server, account.user.email, '/account/not-me');
    const { access } = (await signIn(key)).body;
    await server.enrolApp({ access });
    expect((await server.post('/repudiate/', { token })).status).toBe(200);
    const active = await server.dataSource.query<{ handler: string }[]>(
      'SELECT handler FROM mfa_methods WHERE user_id = $1 AND is_active ORDER BY handler',
      [account.user.id],
    );
    expect(active.map(({ handler }) => handler)).toEqual(['app', 'webauthn']);
  });
});

describe('what a removed passkey takes with it', () => {
  it('is the login that began with it', async () => {
    const app = await server.enrolApp(account);
    server.clock.advance({ seconds: 60 });
    const key = await enrolKey(server, account, { isVerified: false, isPasskey: true });
    const { ephemeral_token } = (await signIn(key, { isVerified: true })).body;
    const { access } = account;
    const removal = await server.post('/mfa/delete/', { method: 'webauthn' }, access);
    expect(removal.status).toBe(200);
    const code = server.totp(app.secret);
    expectProblem(await server.verifyLogin(ephemeral_token, code), INVALID_TOKEN);
  });

  it('is the session that shows nothing else', async () => {
    const key = await enrolKey(server, account, PASSKEY);
    const { access, refresh } = (await signIn(key)).body;
    expect(payloadOf(access)['amr']).toContain('mfa');
    await server.post('/mfa/delete/', { method: 'webauthn' }, account.access);
    const renewal = await server.post('/token/refresh/', { refresh });
    expect([renewal.status, renewal.body.code]).toEqual([401, 'token_not_valid']);
    // Its client, which comes again, is no thief.
    server.clock.advance({ seconds: 60 });
    expect((await server.post('/token/refresh/', { refresh })).body.code).toBe('token_not_valid');
    const stolen = await server.dataSource.query(
      `SELECT 1 FROM mfa_events WHERE user_id = $1 AND type = 'refresh_token_reused'`,
      [account.user.id],
    );
    expect(stolen).toEqual([]);
  });
});
