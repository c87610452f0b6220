import { ACR } from '../../../src/mfa/index.js';
import { payloadOf } from '../../support/forged-tokens.js';
import {
  deleteAt,
  expectFreshProofAsked,
  type LiveTokens,
  outlastProof,
  renew,
} from '../../support/old-proof.js';
import {
  expectFaults,
  expectProblem,
  INVALID_TOKEN,
  NO_SUCH_METHOD,
  type Problem,
  REQUIRED,
  USED_CODE,
} from '../../support/problems.js';
import {
  type EnrolledApp,
  type SignedIn,
  startServer,
  type TestServer,
} from '../../support/server.js';

const NOT_VALID: Problem = [401, 'token_not_valid', 'Given token not valid for any token type'];
const INVALID_CODE: Problem = [400, 'invalid_code', 'Invalid code'];
const INVALID_PASSWORD: Problem = [400, 'invalid_code', 'Invalid password'];

let server: TestServer;
let account: SignedIn;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
});

const seconds = () => Math.floor(server.clock.now().getTime() / 1000);
const begin = (access: string, body: object = {}) => server.post('/step-up/', body, access);
const verify = (ephemeralToken: string, proof: object) =>
  server.post('/step-up/verify/', { ephemeral_token: ephemeralToken, ...proof });

/** @returns the ephemeral token */
async function asked(access: string, body: object = {}): Promise<string> {
  return (await begin(access, body)).body.ephemeral_token;
}

/** A route that changes factors, and changes nothing for a user who has no method. */
const change = (access: string) => server.post('/mfa/primary/', { method: 'app' }, access);

/** Signs in with both factors. */
async function signInWith(app: EnrolledApp): Promise<LiveTokens> {
  const login = await server.beginLogin(account.user);
  const { body } = await server.verifyLogin(login, server.totp(app.secret));
  server.clock.advance({ seconds: 30 });
  return body;
}

describe('a session whose last proof is too old', () => {
  let app: EnrolledApp;
  let signedIn: LiveTokens;
  let old: LiveTokens;
  let signedInAt: number;

  beforeEach(async () => {
    app = await server.enrolApp(account);
    signedInAt = seconds();
    signedIn = await signInWith(app);
    old = await outlastProof(server, signedIn);
  });

  it('is asked for a fresh one, gives it, and goes on', async () => {
    expect(payloadOf(old.access)).toMatchObject({ auth_time: signedInAt, acr: ACR.twoFactors });
    expectFreshProofAsked(await change(old.access), ACR.twoFactors);

    const pending = await begin(old.access);
    expect(pending.status).toBe(200);
    expect(pending.body).toEqual({
      ephemeral_token: expect.any(String),
      method: 'app',
      methods: [{ name: 'app', display_name: 'Authenticator app' }],
      expires_at: server.timeIn(900),
      challenge: null,
    });

    const { ephemeral_token } = pending.body;
    const proven = await verify(ephemeral_token, { code: server.totp(app.secret) });
    expect(proven.status).toBe(200);
    expect(proven.body).toEqual({
      access: expect.any(String),
      access_expiration: server.timeIn(300),
    });
    const { access } = proven.body;
    expect(payloadOf(access)).toMatchObject({
      sub: account.user.id,
      sid: payloadOf(old.access)['sid'],
      auth_time: seconds(),
      acr: ACR.twoFactors,
      amr: ['pwd', 'otp', 'mfa'],
    });
    expect((await change(access)).status).toBe(200);
  });

  it('knows no access token from before the proof any more', async () => {
    const ephemeral = await asked(old.access);
    expect((await server.get('/user/', old.access)).status).toBe(200);
    await verify(ephemeral, { code: server.totp(app.secret) });
    expectProblem(await server.get('/user/', old.access), NOT_VALID);
    expectProblem(await server.get('/mfa/', old.access), NOT_VALID);
  });

  it('goes on with its refresh token, whose tokens know of the proof', async () => {
    await server.stepUp(old.access, { code: server.totp(app.secret) });
    const provenAt = seconds();
    server.clock.advance({ seconds: 120 });
    const { access } = await renew(server, old.refresh);
    expect(payloadOf(access)).toMatchObject({ auth_time: provenAt, iat: seconds() });
    expect((await change(access)).status).toBe(200);
  });

  it('is not opened twice: one proof, one token', async () => {
    const ephemeral = await asked(old.access);
    const code = server.totp(app.secret);
    expect((await verify(ephemeral, { code })).status).toBe(200);
    expectProblem(await verify(ephemeral, { code }), INVALID_TOKEN);
    const { access } = await renew(server, old.refresh);
    expectProblem(await verify(await asked(access), { code }), USED_CODE, { attempts_left: 4 });
  });

  it('takes a backup code, once', async () => {
    const [code = ''] = app.backupCodes;
    const access = await server.stepUp(old.access, { code });
    expect(payloadOf(access)).toMatchObject({ auth_time: seconds(), acr: ACR.twoFactors });
    expect((await change(access)).status).toBe(200);
    expectProblem(await verify(await asked(access), { code }), INVALID_CODE, { attempts_left: 4 });
  });

  it('has no use for the password', async () => {
    const ephemeral = await asked(old.access);
    const { password } = account.user;
    expectFaults(await verify(ephemeral, { password }), {
      code: REQUIRED,
      password: ['Unexpected field.'],
    });
    expectProblem(await begin(old.access, { method: 'password' }), [
      400,
      'method_unknown',
      '"password" is not a valid choice.',
    ]);
  });

  it('that has ended gives nothing for a right proof', async () => {
    const ephemeral = await asked(old.access);
    const other = await signInWith(app);
    expect((await deleteAt(server, '/sessions/', other.access)).status).toBe(204);
    expectProblem(await verify(ephemeral, { code: server.totp(app.secret) }), INVALID_TOKEN);
    expect((await server.get('/user/', other.access)).status).toBe(200);
  });

  it('that is over by itself gives nothing either', async () => {
    const idle = await server.startSibling({ SESSION_IDLE_SECONDS: '300' });
    const { access } = await renew(idle, old.refresh);
    await idle.stop();
    const ephemeral = await asked(access);
    server.clock.advance({ seconds: 300 });
    expectProblem(await verify(ephemeral, { code: server.totp(app.secret) }), INVALID_TOKEN);
  });

  it.each([
    ['logs out', () => server.post('/logout/', { refresh: old.refresh })],
    ['is disabled', () => server.disable(account.user)],
    [
      'deletes the method',
      () =>
        server.dataSource.query('DELETE FROM mfa_methods WHERE user_id = $1', [account.user.id]),
    ],
  ])('gives nothing once its user %s', async (_, end) => {
    const ephemeral = await asked(old.access);
    await end();
    const { status, body } = await verify(ephemeral, { code: server.totp(app.secret) });
    expect([status, body.access]).toEqual([400, undefined]);
  });

  it('has fifteen minutes for the proof', async () => {
    const ephemeral = await asked(old.access);
    server.clock.advance({ seconds: 900 });
    expectProblem(await verify(ephemeral, { code: server.totp(app.secret) }), INVALID_TOKEN);
  });
});

describe('which proof is asked for', () => {
  it('is the primary one, or the one that is named', async () => {
    const app = await server.enrolApp(account);
    await server.enrolEmail(account);
    const methods = [
      { name: 'app', display_name: 'Authenticator app' },
      { name: 'email', display_name: 'E-mail' },
    ];
    const mails = server.inbox.messages.length;
    expect((await begin(account.access)).body).toMatchObject({ method: 'app', methods });
    expect(server.inbox.messages).toHaveLength(mails);
    const { body } = await begin(account.access, { method: 'email' });
    expect(body).toMatchObject({
      method: 'email',
      methods,
      challenge: { sent_to: expect.stringMatching(/^u•+@example\.org$/) },
    });
    const wrong = await verify(body.ephemeral_token, { code: server.totp(app.secret) });
    expect(wrong.body.code).toBe('invalid_code');
    const code = server.inbox.lastCode(account.user.email);
    expect((await verify(body.ephemeral_token, { code })).status).toBe(200);
  });

  it('is one that is active', async () => {
    await server.enrolApp(account);
    expectProblem(await begin(account.access, { method: 'email' }), NO_SUCH_METHOD);
    expectProblem(await begin(account.access, { method: 'phone' }), [
      400,
      'method_unknown',
      '"phone" is not a valid choice.',
    ]);
    for (const method of [7, ['app'], { $ne: 1 }, '']) {
      expect((await begin(account.access, { method })).body.code).toBe('validation_failed');
    }
  });

  it('is on its way, and not sooner than the cool-down allows', async () => {
    await server.enrolEmail(account);
    await begin(account.access);
    const mails = server.inbox.messages.length;
    const { body } = await begin(account.access);
    expect(body.challenge).toMatchObject({ delivery: 'wait', retry_after: expect.any(Number) });
    expect(server.inbox.messages).toHaveLength(mails);
  });
});

describe('the token of a login is none of a step-up', () => {
  it('and the other way round, at every route that takes one', async () => {
    const { secret } = await server.enrolApp(account);
    const login = await server.beginLogin(account.user);
    const stepUp = await asked(account.access);
    const code = server.totp(secret);
    expectProblem(await verify(login, { code }), INVALID_TOKEN);
    expectProblem(await server.verifyLogin(stepUp, code), INVALID_TOKEN);
    for (const path of ['/login/resend/', '/login/cancel/']) {
      expectProblem(await server.post(path, { ephemeral_token: stepUp }), INVALID_TOKEN);
    }
    const choice = { ephemeral_token: stepUp, new_method: 'app' };
    expectProblem(await server.post('/login/change-method/', choice), INVALID_TOKEN);
    expect((await server.verifyLogin(login, code)).status).toBe(200);
  });
});

describe('a user without a second factor', () => {
  it('is asked for nothing right after the sign-in', async () => {
    expect((await server.post('/mfa/', { method: 'app' }, account.access)).status).toBe(201);
  });

  it('proves the password', async () => {
    const { access, refresh } = await outlastProof(server, account);
    const reply = await server.post('/mfa/', { method: 'app' }, access);
    expectFreshProofAsked(reply, ACR.singleFactor);
    const pending = await begin(access);
    expect(pending.body).toEqual({
      ephemeral_token: expect.any(String),
      method: 'password',
      methods: [{ name: 'password', display_name: 'Password' }],
      expires_at: server.timeIn(900),
      challenge: null,
    });
    const { password } = account.user;
    const { body } = await verify(pending.body.ephemeral_token, { password });
    expect(body).toEqual({ access: expect.any(String), access_expiration: server.timeIn(300) });
    const proven = { amr: ['pwd'], acr: ACR.singleFactor, auth_time: seconds() };
    expect(payloadOf(body.access)).toMatchObject(proven);
    expectProblem(await server.get('/user/', access), NOT_VALID);
    expect((await server.post('/mfa/', { method: 'app' }, body.access)).status).toBe(201);
    expect(payloadOf((await renew(server, refresh)).access)).toMatchObject(proven);
  });

  it('gives one password, by its name', async () => {
    const ephemeral = await asked(account.access, { method: 'password' });
    expectFaults(await verify(ephemeral, {}), { password: REQUIRED });
    expectFaults(await verify(ephemeral, { code: '000000' }), {
      password: REQUIRED,
      code: ['Unexpected field.'],
    });
    expectProblem(await verify(ephemeral, { password: 'wrong' }), INVALID_PASSWORD, {
      attempts_left: 4,
    });
    expect((await verify(ephemeral, { password: account.user.password })).status).toBe(200);
    expectProblem(await verify(ephemeral, { password: account.user.password }), INVALID_TOKEN);
  });

  it('cannot prove a method that is not there', async () => {
    expectProblem(await begin(account.access, { method: 'app' }), NO_SUCH_METHOD);
  });

  it('proves the new factor instead, once there is one', async () => {
    const ephemeral = await asked(account.access);
    await server.enrolApp(account);
    // Neither is judged: the answer does not tell which password is right.
    for (const password of ['wrong', account.user.password]) {
      expectProblem(await verify(ephemeral, { password }), INVALID_TOKEN);
    }
  });

  it('gives nothing for a password that was changed meanwhile, nor for the new one', async () => {
    const ephemeral = await asked(account.access);
    const passwords = { old_password: account.user.password, new_password: 'another password' };
    await server.post('/password/change/', passwords, account.access);
    for (const password of [account.user.password, 'another password']) {
      expectProblem(await verify(ephemeral, { password }), INVALID_TOKEN);
    }
  });
});

describe('a session from before the second factor was set up', () => {
  it('steps up to two factors, and the one that set it up need not', async () => {
    const older = (await server.login(account.user)).body;
    const { secret } = await server.enrolApp(account);
    expect((await change(account.access)).status).toBe(200);
    expectFreshProofAsked(await change(older.access), ACR.twoFactors);
    const access = await server.stepUp(older.access, { code: server.totp(secret) });
    expect(payloadOf(access)).toMatchObject({ acr: ACR.twoFactors, amr: ['pwd', 'otp', 'mfa'] });
    expect((await change(access)).status).toBe(200);
  });

  it('is told from the one that set it up, of which a recent proof is enough', async () => {
    const { secret } = await server.enrolApp(account);
    const { access } = await outlastProof(server, account);
    expectFreshProofAsked(await change(access), ACR.singleFactor);
    const fresh = await server.stepUp(access, { code: server.totp(secret) });
    expect((await change(fresh)).status).toBe(200);
  });
});

it('is told to the log', async () => {
  const { secret } = await server.enrolApp(account);
  const access = await server.stepUp(account.access, { code: server.totp(secret) });
  const { body } = await server.get('/user/security-log/', access);
  expect(body.results.slice(0, 2)).toMatchObject([
    { type: 'stepped_up', factor: 'app' },
    { type: 'second_factor_succeeded', factor: 'app' },
  ]);
});
