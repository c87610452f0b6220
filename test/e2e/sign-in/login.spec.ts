import { jest } from '@jest/globals';
import { PasswordHasher } from '../../../src/server/identity/password-hasher.js';
import {
  type EnrolledApp,
  type SignedIn,
  startServer,
  type TestServer,
  type TestUser,
} from '../../support/server.js';
import { expectFaults, expectProblem, type Problem, REQUIRED } from '../../support/problems.js';

const WRONG: Problem = [400, 'invalid_credentials', 'Unable to log in with provided credentials.'];

describe('the first factors on offer', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  it('are the password, with the form that a client can draw', async () => {
    const { status, body } = await server.get('/providers/');
    expect(status).toBe(200);
    expect(body).toEqual([
      {
        type: 'local',
        id: 'local',
        name: 'Password',
        supports_mfa: true,
        schema: expect.objectContaining({
          type: 'object',
          required: ['password'],
          additionalProperties: false,
        }),
      },
    ]);
    const [{ schema }] = body;
    expect(Object.keys(schema.properties)).toEqual(['username', 'email', 'password']);
  });
});

describe('signing in without a second factor', () => {
  let server: TestServer;
  let user: TestUser;
  beforeAll(async () => {
    server = await startServer();
    user = await server.register();
  });
  afterAll(() => server.stop());

  it('gives tokens, by user name and by e-mail address', async () => {
    const { username, email, password, id } = user;
    for (const name of [{ username }, { email }, { username, provider: 'local' }]) {
      const reply = await server.post('/login/', { ...name, password });
      expect(reply.status).toBe(200);
      expect(reply.body).toEqual({
        access: expect.any(String),
        refresh: expect.any(String),
        access_expiration: '2026-01-01T12:05:00.000Z',
        refresh_expiration: '2026-01-08T12:00:00.000Z',
        user: { id, username, email, first_name: '', last_name: '' },
        mfa_enabled: false,
      });
      const me = await server.get('/user/', reply.body.access);
      expect(me.body).toEqual(reply.body.user);
    }
  });

  it('answers a wrong password and an unknown user alike', async () => {
    const { username, email, password } = user;
    for (const body of [
      { username, password: 'wrong' },
      { email, password: 'wrong' },
      { username: 'nobody', password },
      { email: 'nobody@example.org', password },
    ]) {
      expectProblem(await server.post('/login/', body), WRONG);
    }
  });

  it('costs one slow hash, whoever asks', async () => {
    const disabled = await server.register();
    await server.disable(disabled);
    const hash = jest.spyOn(server.app.get(PasswordHasher, { strict: false }), 'verify');
    const { username, password } = user;
    for (const body of [
      { username, password },
      { username, password: 'wrong' },
      { username: 'nobody', password },
      { username: '\0', password },
      { username: disabled.username, password },
    ]) {
      await server.post('/login/', body);
      expect(hash).toHaveBeenCalledTimes(1);
      hash.mockClear();
    }
    hash.mockRestore();
  });

  it.each([
    [{}, { username: REQUIRED, password: REQUIRED }],
    [{ username: 'a' }, { password: REQUIRED }],
    [{ password: 'a' }, { username: REQUIRED }],
    [
      { username: '', password: '' },
      {
        username: ['This field may not be blank.'],
        password: ['This field may not be blank.'],
      },
    ],
    [{ username: null, password: 'a' }, { username: ['This field may not be null.'] }],
    [{ username: 'a', password: ['a'] }, { password: ['Not a valid string.'] }],
    [{ username: true, password: 'a' }, { username: ['Not a valid string.'] }],
    [
      { username: 'a', password: 'a', provider: 'ldap' },
      { provider: ['"ldap" is not a valid choice.'] },
    ],
    [{ username: 'a', password: 'a', provider: ['local'] }, { provider: ['Not a valid string.'] }],
    [{ username: 'a', password: 'a', otp: '1' }, { otp: ['Unexpected field.'] }],
  ])('refuses the body %j', async (body, errors) => {
    expectFaults(await server.post('/login/', body), errors);
  });

  it('gives tokens again once the last method is gone', async () => {
    const account = await server.signUp();
    await server.enrolApp(account);
    expect((await server.login(account.user)).body.mfa_enabled).toBe(true);
    await server.post('/mfa/delete/', { method: 'app' }, account.access);
    expect((await server.login(account.user)).body.mfa_enabled).toBe(false);
  });
});

describe('signing in with a second factor', () => {
  let server: TestServer;
  let account: SignedIn;
  let app: EnrolledApp;

  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    account = await server.signUp();
    app = await server.enrolApp(account);
  });

  it('asks for it, and gives tokens for its code', async () => {
    const first = await server.login(account.user);
    expect(first.status).toBe(200);
    expect(first.body).toEqual({
      ephemeral_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      method: 'app',
      mfa_enabled: true,
      methods: [{ name: 'app', display_name: 'Authenticator app' }],
      expires_at: server.timeIn(900),
      challenge: null,
    });
    const code = server.totp(app.secret);
    const second = await server.verifyLogin(first.body.ephemeral_token, code);
    const { id, username, email } = account.user;
    expect(second.status).toBe(200);
    expect(second.body).toEqual({
      access: expect.any(String),
      refresh: expect.any(String),
      access_expiration: server.timeIn(300),
      refresh_expiration: server.timeIn(7 * 86_400),
      user: { id, username, email, first_name: '', last_name: '' },
    });
    const me = await server.get('/user/', second.body.access);
    expect(me.status).toBe(200);
  });

  it('says nothing of the second factor to someone with a wrong password', async () => {
    const { username } = account.user;
    expectProblem(await server.post('/login/', { username, password: 'wrong' }), WRONG);
  });

  it('offers every active method, the primary first, and sends the code of the primary', async () => {
    await server.enrolEmail(account);
    await server.post('/mfa/primary/', { method: 'email' }, account.access);
    const before = server.inbox.messages.length;
    const { body } = await server.login(account.user);
    expect(body).toMatchObject({
      method: 'email',
      methods: [
        { name: 'email', display_name: 'E-mail' },
        { name: 'app', display_name: 'Authenticator app' },
      ],
      challenge: { sent_to: 'u•••@example.org' },
    });
    expect(server.inbox.messages).toHaveLength(before + 1);
    const code = server.inbox.lastCode(account.user.email);
    expect((await server.verifyLogin(body.ephemeral_token, code)).status).toBe(200);
  });

  it('lets the client resend or choose another method when the mail fails', async () => {
    await server.enrolEmail(account);
    await server.post('/mfa/primary/', { method: 'email' }, account.access);
    server.inbox.failOnce();
    const { status, body } = await server.login(account.user);
    expect(status).toBe(200);
    expect(body.challenge).toEqual({ delivery: 'failed' });
    const token = { ephemeral_token: body.ephemeral_token };
    expect((await server.post('/login/resend/', token)).status).toBe(200);
    const other = await server.post('/login/change-method/', { ...token, new_method: 'app' });
    expect(other.status).toBe(200);
    const code = server.totp(app.secret);
    expect((await server.verifyLogin(body.ephemeral_token, code)).status).toBe(200);
  });

  it('marks in the access token whether there was a second factor', async () => {
    const { body } = await server.verifyLogin(
      await server.beginLogin(account.user),
      server.totp(app.secret),
    );
    const [one, two] = [claimsOf(account.access), claimsOf(body.access)];
    expect(one.amr).toEqual(['pwd']);
    expect(two.amr).toEqual(['pwd', 'otp', 'mfa']);
    expect(two.acr).not.toBe(one.acr);
  });
});

function claimsOf(token: string) {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}
