import { ACR } from '../../../src/mfa/index.js';
import { payloadOf } from '../../support/forged-tokens.js';
import {
  expectFaults,
  expectProblem,
  INVALID_TOKEN,
  type Problem,
} from '../../support/problems.js';
import { enrolKey, ORIGIN, PASSKEY, withPasskeys } from '../../support/security-keys.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';
import { type Conduct, SoftwareAuthenticator } from '../../support/software-authenticator.js';
import { tally } from '../../support/tally.js';

const REFUSED: Problem = [
  400,
  'invalid_credentials',
  'Unable to log in with provided credentials.',
];
const PARALLEL = 50;

let server: TestServer;
let account: SignedIn;

beforeAll(async () => {
  server = await startServer(withPasskeys(), { races: true });
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
});

const begin = async () => (await server.post('/login/passkey/', {})).body;
const verify = (ephemeral_token: string, credential: object) =>
  server.post('/login/passkey/verify/', { ephemeral_token, credential });

/** A login by this key. */
async function signIn(key: SoftwareAuthenticator, conduct?: Conduct) {
  const { ephemeral_token, challenge } = await begin();
  return verify(ephemeral_token, key.get(challenge, conduct));
}

/** What an access token says of the proofs of its session. */
function ownStanding(access: string) {
  const { acr, amr } = payloadOf(access);
  return { acr, amr };
}

const rowsOf = async (table: string) => {
  const [{ count }] = await server.dataSource.query(`SELECT count(*)::int AS count FROM ${table}`);
  return count;
};

const eventsOf = async ({ user }: SignedIn): Promise<string[]> => {
  const rows: { type: string; factor: string | null }[] = await server.dataSource.query(
    'SELECT type, factor FROM mfa_events WHERE user_id = $1 ORDER BY seq',
    [user.id],
  );
  return rows.map(({ type, factor }) => (factor === null ? type : `${type}:${factor}`));
};

describe('a passkey that verified its person when it was registered, and now', () => {
  it('asks nobody for a name, and stores nothing before a signature holds', async () => {
    const tables = ['mfa_challenges', 'mfa_spent_nonces', 'mfa_events'];
    const before = await Promise.all(tables.map(rowsOf));
    const { ephemeral_token, challenge, expires_at } = await begin();
    expect(challenge).toEqual({
      rpId: 'example.org',
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      timeout: 300_000,
      allowCredentials: [],
      userVerification: 'required',
    });
    expect(expires_at).toBe(server.timeIn(900));
    const stranger = new SoftwareAuthenticator(ORIGIN, PASSKEY);
    stranger.create({
      ...challenge,
      excludeCredentials: [],
      rp: { id: 'example.org' },
      user: { id: 'AAAA' },
    });
    expectProblem(await verify(ephemeral_token, stranger.get(challenge)), REFUSED);
    expect(await Promise.all(tables.map(rowsOf))).toEqual(before);
  });

  it('is two factors in one, and opens a session that says so, also after it is renewed', async () => {
    const key = await enrolKey(server, account, PASSKEY);
    const { status, body } = await signIn(key);
    expect([status, body.user.username]).toEqual([200, account.user.username]);
    expect(Object.keys(body).sort()).toEqual(
      ['access', 'access_expiration', 'refresh', 'refresh_expiration', 'user'].sort(),
    );
    const two = { acr: ACR.twoFactors, amr: ['pop', 'user', 'uv', 'mfa'] };
    expect(ownStanding(body.access)).toMatchObject(two);
    const renewed = await server.post('/token/refresh/', { refresh: body.refresh });
    expect(ownStanding(renewed.body.access)).toMatchObject(two);
    expect((await eventsOf(account)).slice(-2)).toEqual([
      'second_factor_succeeded:webauthn',
      'login_succeeded:webauthn',
    ]);
  });

  it('stays two factors where a step-up shows its presence alone', async () => {
    const key = await enrolKey(server, account, PASSKEY);
    const { access } = (await signIn(key)).body;
    const { ephemeral_token, challenge } = (await server.post('/step-up/', {}, access)).body;
    const credential = key.get(challenge, { isVerified: false });
    const { body } = await server.post('/step-up/verify/', { ephemeral_token, credential });
    expect(ownStanding(body.access)).toMatchObject({ acr: ACR.twoFactors });
  });

  it('signs in while the account is locked for guesses', async () => {
    const key = await enrolKey(server, account, PASSKEY);
    for (let i = 0; i < 21; i++) {
      const { body } = await server.login(account.user);
      await server.verifyLogin(body.ephemeral_token, 'ZZZZ-ZZZZ-ZZZZ');
    }
    const { body } = await server.login(account.user);
    const guess = await server.verifyLogin(body.ephemeral_token, 'ZZZZ-ZZZZ-ZZZZ');
    expect(guess.body.code).toBe('account_locked');
    expect((await signIn(key)).status).toBe(200);
  });

  it('of several people on one device opens the account of the one who is chosen', async () => {
    const device = new SoftwareAuthenticator(ORIGIN, PASSKEY);
    const other = await server.signUp();
    for (const { access } of [account, other]) {
      const { setup_data } = (await server.post('/mfa/', { method: 'webauthn' }, access)).body;
      const credential = device.create(setup_data);
      await server.post('/mfa/confirm/', { method: 'webauthn', credential }, access);
    }
    for (const [index, { user }] of [account, other].entries()) {
      const { id = '', userHandle = '' } = device.credentials[index] ?? {};
      const { body } = await signIn(device, { credentialId: id, userHandle });
      expect(body.user.id).toBe(user.id);
    }
  });

  it('opens one session for fifty answers to one challenge', async () => {
    const key = await enrolKey(server, account, PASSKEY);
    const { ephemeral_token, challenge } = await begin();
    const credential = key.get(challenge);
    const requests = Array.from({ length: PARALLEL }, () => verify(ephemeral_token, credential));
    expect(await tally(requests)).toEqual({ ok: 1, invalid_token: PARALLEL - 1 });
    expectProblem(await verify(ephemeral_token, credential), INVALID_TOKEN);
    expect(
      (await eventsOf(account)).filter((type) => type === 'login_succeeded:webauthn'),
    ).toHaveLength(1);
  });

  it('opens no second session by the passkey of another person for the same challenge', async () => {
    const keys = [
      await enrolKey(server, account, PASSKEY),
      await enrolKey(server, await server.signUp(), PASSKEY),
    ];
    const { ephemeral_token, challenge } = await begin();
    const answers = keys.map((key) => key.get(challenge));
    const requests = answers.map((credential) => verify(ephemeral_token, credential));
    expect(await tally(requests)).toEqual({ ok: 1, invalid_token: 1 });
  });
});

describe('a passkey that did not verify its person when it was registered', () => {
  const ONE_FACTOR: Conduct = { isVerified: false, isPasskey: true };
  const NOW: Conduct = { isVerified: true };

  it('is one factor: the login goes on to another method, and never back to the key', async () => {
    const app = await server.enrolApp(account);
    server.clock.advance({ seconds: 60 });
    const key = await enrolKey(server, account, ONE_FACTOR);
    const { status, body } = await signIn(key, NOW);
    expect([status, body.method, body.mfa_enabled]).toEqual([200, 'app', true]);
    expect(body.methods.map(({ name }: { name: string }) => name)).toEqual(['app']);
    const { ephemeral_token } = body;
    const change = { ephemeral_token, new_method: 'webauthn' };
    const back = await server.post('/login/change-method/', change);
    expect(back.body.code).toBe('method_not_found');
    const done = await server.verifyLogin(ephemeral_token, server.totp(app.secret));
    expect(ownStanding(done.body.access)).toEqual({
      acr: ACR.twoFactors,
      amr: ['pop', 'user', 'uv', 'otp', 'mfa'],
    });
  });

  it('is one factor of the session for good, however often it steps up', async () => {
    const app = await server.enrolApp(account);
    server.clock.advance({ seconds: 60 });
    const key = await enrolKey(server, account, ONE_FACTOR);
    const { ephemeral_token } = (await signIn(key, NOW)).body;
    const { access } = (await server.verifyLogin(ephemeral_token, server.totp(app.secret))).body;
    const asked = (await server.post('/step-up/', { method: 'webauthn' }, access)).body;
    const proof = { ephemeral_token: asked.ephemeral_token, credential: key.get(asked.challenge) };
    const stepped = (await server.post('/step-up/verify/', proof)).body.access;
    expect(ownStanding(stepped)).toMatchObject({ acr: ACR.twoFactors });
    await server.post('/mfa/primary/', { method: 'webauthn' }, stepped);
    await server.post(
      '/mfa/deactivate/',
      { method: 'app', code: server.totp(app.secret, 1) },
      stepped,
    );
    const again = (await server.post('/step-up/', {}, stepped)).body;
    const last = { ephemeral_token: again.ephemeral_token, credential: key.get(again.challenge) };
    const { body } = await server.post('/step-up/verify/', last);
    expect(ownStanding(body.access)).toMatchObject({ acr: ACR.singleFactor });
  });

  it('is refused where there is no other method', async () => {
    const key = await enrolKey(server, account, ONE_FACTOR);
    expectProblem(await signIn(key, NOW), REFUSED);
  });
});

describe('one answer for everything that is wrong with a passkey', () => {
  it.each<[string, Conduct]>([
    ['an answer without its person verified', { isVerified: false }],
    ['no user handle', { userHandle: null }],
    ['an empty user handle', { userHandle: '' }],
    ['a user handle that nobody has', { userHandle: 'AAAA' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['a page framed by another', { crossOrigin: true }],
    ['another relying party', { rpId: 'example.com' }],
    ['another challenge', { challenge: 'AAAA' }],
    ['a registration', { type: 'webauthn.create' }],
  ])('%s', async (_, conduct) => {
    const key = await enrolKey(server, account, PASSKEY);
    expectProblem(await signIn(key, conduct), REFUSED);
    expect((await signIn(key)).status).toBe(200);
  });

  it('the user handle of another person', async () => {
    const key = await enrolKey(server, account, PASSKEY);
    const other = await enrolKey(server, await server.signUp(), PASSKEY);
    const userHandle = other.credentials[0]?.userHandle ?? '';
    expectProblem(await signIn(key, { userHandle }), REFUSED);
  });

  it('a key that was removed, of an account that is disabled, or gone', async () => {
    await server.enrolApp(account);
    const key = await enrolKey(server, account, PASSKEY);
    const { access } = (await signIn(key)).body;
    const removal = await server.post('/mfa/delete/', { method: 'webauthn' }, access);
    expect(removal.status).toBe(200);
    expectProblem(await signIn(key), REFUSED);
    const disabled = await server.signUp();
    const second = await enrolKey(server, disabled, PASSKEY);
    await server.disable(disabled.user);
    expectProblem(await signIn(second), REFUSED);
  });

  it('a key whose count fell, which the log tells of', async () => {
    const key = await enrolKey(server, account, PASSKEY);
    expect((await signIn(key)).status).toBe(200);
    expectProblem(await signIn(key, { signCount: 1 }), REFUSED);
    expect((await eventsOf(account)).slice(-1)).toEqual(['second_factor_failed:webauthn']);
  });

  it('garbage is told nobody', async () => {
    const key = await enrolKey(server, account, PASSKEY);
    const before = await eventsOf(account);
    expectProblem(await signIn(key, { challenge: 'AAAA' }), REFUSED);
    expect(await eventsOf(account)).toEqual(before);
  });
});

describe('the token of such a login', () => {
  it('ends after a quarter of an hour', async () => {
    const key = await enrolKey(server, account, PASSKEY);
    const { ephemeral_token, challenge } = await begin();
    server.clock.advance({ seconds: 900 });
    expectProblem(await verify(ephemeral_token, key.get(challenge)), INVALID_TOKEN);
  });

  it('is spent nowhere until a signature holds', async () => {
    const key = await enrolKey(server, account, PASSKEY);
    const { ephemeral_token, challenge } = await begin();
    expectProblem(
      await verify(ephemeral_token, key.get(challenge, { isVerified: false })),
      REFUSED,
    );
    expect((await verify(ephemeral_token, key.get(challenge))).status).toBe(200);
  });

  it('takes the JSON form of a credential and nothing else', async () => {
    const { ephemeral_token } = await begin();
    expectFaults(await verify(ephemeral_token, {}), {
      credential: ['Not the JSON form of a public key credential.'],
    });
    const more = { ephemeral_token, credential: {}, code: '123456' };
    expectFaults(await server.post('/login/passkey/verify/', more), {
      code: ['Unexpected field.'],
    });
  });
});
