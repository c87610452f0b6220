import { ACR } from '../../../src/mfa/index.js';
import { payloadOf } from '../../support/forged-tokens.js';
import { mailedToken } from '../../support/route-bodies.js';
import {
  type EnrolledApp,
  type SignedIn,
  startServer,
  type TestServer,
} from '../../support/server.js';

/** A thief who reads somebody's mail, and has nothing else of them. */
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

const NEW_PASSWORD = 'a password of the thief';

/** @returns the answer to a new password */
async function resetByMail() {
  await server.post('/password/reset/', { email: account.user.email });
  await server.deliverEvents();
  const token = mailedToken(server, account.user.email, '/account/reset-password');
  const body = { token, new_password: NEW_PASSWORD };
  return (await server.post('/password/reset/confirm/', body)).body;
}

const login = async () =>
  (await server.login({ username: account.user.username, password: NEW_PASSWORD })).body;

const namesOf = ({ methods }: { methods: { name: string }[] }) => methods.map(({ name }) => name);

const askForMail = (ephemeral_token: string) =>
  server.post('/login/change-method/', { ephemeral_token, new_method: 'email' });

describe('a password that was reset by mail', () => {
  beforeEach(async () => {
    await server.enrolEmail(account);
    await server.post('/mfa/primary/', { method: 'email' }, account.access);
  });

  it('does not lead on to a code that is mailed, at the reset and at later logins', async () => {
    for (const pending of [await resetByMail(), await login()]) {
      expect([pending.method, namesOf(pending)]).toEqual(['app', ['app']]);
      expect((await askForMail(pending.ephemeral_token)).body.code).toBe('method_not_found');
    }
  });

  it('does again once another factor was proven', async () => {
    const { ephemeral_token } = await resetByMail();
    expect((await server.verifyLogin(ephemeral_token, app.backupCodes[0])).status).toBe(200);
    const pending = await login();
    expect([pending.method, namesOf(pending)]).toEqual(['email', ['email', 'app']]);
  });
});

describe('where there is nothing else', () => {
  let backupCodes: string[];

  beforeEach(async () => {
    account = await server.signUp();
    const setUp = await server.post('/mfa/', { method: 'email' }, account.access);
    backupCodes = setUp.body.backup_codes;
    const code = server.inbox.lastCode(account.user.email);
    await server.post('/mfa/confirm/', { method: 'email', code }, account.access);
    server.clock.advance({ seconds: 31 });
  });

  /** Signs in by the mailbox alone. */
  async function byMail({ ephemeral_token }: { ephemeral_token: string }) {
    const code = server.inbox.lastCode(account.user.email);
    const { status, body } = await server.verifyLogin(ephemeral_token, code);
    expect(status).toBe(200);
    server.clock.advance({ seconds: 31 });
    return body;
  }

  const ask = async (access: string) => (await server.post('/step-up/', {}, access)).body;

  it('leads on to it, and both are one factor, at this and at every later login', async () => {
    const pending = await resetByMail();
    expect(pending).toMatchObject({ method: 'email', mfa_enabled: true });
    const one = { acr: ACR.singleFactor, amr: expect.not.arrayContaining(['mfa']) };
    const session = await byMail(pending);
    expect(payloadOf(session.access)).toMatchObject(one);
    const later = await byMail(await login());
    expect(payloadOf(later.access)).toMatchObject({ ...one, amr: ['pwd', 'otp'] });
    const { ephemeral_token } = await ask(later.access);
    const code = server.inbox.lastCode(account.user.email);
    const proven = await server.post('/step-up/verify/', { ephemeral_token, code });
    expect(payloadOf(proven.body.access)).toMatchObject(one);
    const change = { old_password: NEW_PASSWORD, new_password: 'another of the thief' };
    for (const [path, body] of [
      ['/mfa/', { method: 'app' }],
      ['/password/change/', change],
    ] as const) {
      const refused = await server.post(path, body, proven.body.access);
      expect(refused.body.code).toBe('fresh_proof_required');
    }
    const { body: renewed } = await server.post('/token/refresh/', { refresh: later.refresh });
    expect(payloadOf(renewed.access)).toMatchObject(one);
  });

  it('is worth two factors again once a backup code was proven', async () => {
    const session = await byMail(await resetByMail());
    const { ephemeral_token } = await ask(session.access);
    const proof = { ephemeral_token, code: backupCodes[0] };
    const proven = await server.post('/step-up/verify/', proof);
    expect(payloadOf(proven.body.access)).toMatchObject({ acr: ACR.twoFactors });
    server.clock.advance({ seconds: 31 });
    const later = await byMail(await login());
    expect(payloadOf(later.access)).toMatchObject({ acr: ACR.twoFactors });
  });
});

it('asks for nothing by a link from before the owner said "not me"', async () => {
  await server.post('/password/reset/', { email: account.user.email });
  await server.deliverEvents();
  const token = mailedToken(server, account.user.email, '/account/reset-password');
  server.clock.advance({ seconds: 1 });
  const notMe = mailedToken(server, account.user.email, '/account/not-me');
  expect((await server.post('/repudiate/', { token: notMe })).status).toBe(200);
  const body = { token, new_password: NEW_PASSWORD };
  const late = await server.post('/password/reset/confirm/', body);
  expect(late.body.code).toBe('invalid_token');
});

describe('backup codes that another session was shown', () => {
  it('die when the first method is activated', async () => {
    const owner = await server.signUp();
    const thief = (await server.login(owner.user)).body;
    const own = (await server.post('/mfa/', { method: 'app' }, owner.access)).body;
    const planted = (await server.post('/mfa/', { method: 'email' }, thief.access)).body;
    const code = server.totp(own.setup_data.secret);
    await server.post('/mfa/confirm/', { method: 'app', code }, owner.access);
    const { body } = await server.get('/mfa/backup-codes/', owner.access);
    expect(body.remaining).toBe(0);
    const pending = await server.beginLogin(owner.user);
    const stolen = await server.verifyLogin(pending, planted.backup_codes[0]);
    expect(stolen.body.code).toBe('invalid_code');
  });

  it('live on when the owner was shown them, by whichever set-up', async () => {
    const owner = await server.signUp();
    const own = (await server.post('/mfa/', { method: 'app' }, owner.access)).body;
    server.clock.advance({ seconds: 1 });
    const { backup_codes } = (await server.post('/mfa/', { method: 'email' }, owner.access)).body;
    const code = server.totp(own.setup_data.secret);
    await server.post('/mfa/confirm/', { method: 'app', code }, owner.access);
    const pending = await server.beginLogin(owner.user);
    expect((await server.verifyLogin(pending, backup_codes[0])).status).toBe(200);
  });
});
