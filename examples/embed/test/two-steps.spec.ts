import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { generateSync } from 'otplib';
import { type Answer, type Sent, TestApp } from './test-app.js';

const ALICE = { email: 'alice@example.org', password: 'correct-horse-battery' };

/** The key and the first codes of RFC 4226, Appendix D. */
const KEY = '3132333435363738393031323334353637383930';
const PRESSES = ['755224', '287082', '359152', '969429', '338314', '254676', '287922'];
const DONGLE = { method: 'dongle', serial: 'FT-204417', key: KEY };

describe('an account of our own with the factors of the library', () => {
  let app: TestApp;
  let session: string | undefined;
  let backupCodes: string[] = [];
  let secret = '';

  const post = (path: string, body: object, more: Sent = {}) =>
    app.send('POST', path, { ...more, body });
  const logIn = () => post('/api/login', ALICE);
  const verify = (login: Answer, proof: object) =>
    post('/api/auth/login/verify/', { ephemeral_token: login.body['second_step'], ...proof });
  const appCode = () => generateSync({ secret, epoch: app.clock.now().getTime() / 1000 });
  const account = (of: { readonly session?: string | undefined }) =>
    app.send('GET', '/api/account', { session: of.session });

  before(async () => {
    app = await TestApp.start();
  });
  after(() => app.stop());

  it('signs in with the password alone at first', async () => {
    expect((await post('/api/account', ALICE)).body).toEqual({ id: 1, email: ALICE.email });
    expect(await post('/api/login', { ...ALICE, password: 'a wrong password' })).toMatchObject({
      status: 401,
      body: { message: 'Unauthorized' },
    });
    const login = await logIn();
    expect(login.body).toEqual({ signed_in: true });
    expect(login.session).toMatch(/^__Host-session=[\w-]{43}$/);
    ({ session } = login);
    expect((await account({ session })).body).toEqual({ id: 1, email: ALICE.email, amr: ['pwd'] });
  });

  it('answers failures of the library as problems', async () => {
    const problem = { type: expect.stringContaining('application/problem+json') };
    expect(await app.send('GET', '/api/auth/mfa/')).toMatchObject({
      ...problem,
      status: 401,
      body: { code: 'host_not_authenticated' },
    });
    const forged = await app.send('GET', '/api/auth/mfa/', { session: '__Host-session=forged' });
    expect(forged).toMatchObject({ ...problem, body: { code: 'host_not_authenticated' } });
    const unnamed = await post('/api/auth/login/verify/', { press: PRESSES[0] });
    expect(unnamed).toMatchObject({ ...problem, body: { code: 'validation_failed' } });
    const short = await post('/api/auth/mfa/', { ...DONGLE, key: 'abc' }, { session });
    expect(short).toMatchObject({ ...problem, status: 400, body: { code: 'validation_failed' } });
    expect(short.body['errors']).toEqual({ key: ['Enter the 40 hexadecimal digits of the key.'] });
    const body = { method: 'dongle', more: 'than our pipe lets pass' };
    const refused = await post('/api/auth/mfa/send/', body, { session });
    expect(refused).toMatchObject({ ...problem, status: 400, body: { code: 'validation_failed' } });
  });

  it('adds our own factor and warns of it', async () => {
    const { status, body } = await post('/api/auth/mfa/', DONGLE, { session });
    expect(status).toBe(201);
    expect(body['setup_data']).toEqual({ serial: 'FT-204417' });
    // The codes are a list of texts, as the first set-up of an account answers them.
    backupCodes = body['backup_codes'] as string[];
    const confirmed = await post(
      '/api/auth/mfa/confirm/',
      { method: 'dongle', press: PRESSES[0] },
      { session },
    );
    expect(confirmed.status).toBe(200);
    expect(app.mails).toContainEqual(
      expect.objectContaining({ to: ALICE.email, subject: 'A second factor was added' }),
    );
  });

  it('asks for it at the next sign-in, and then gives a token of ours', async () => {
    const login = await logIn();
    expect(login.body).toMatchObject({ method: 'dongle', challenge: null });
    expect(login).not.toHaveProperty('session');
    const wrong = await verify(login, { press: '000000' });
    expect(wrong).toMatchObject({
      status: 400,
      type: expect.stringContaining('application/problem+json'),
      body: { code: 'invalid_code', attempts_left: 4 },
    });
    expect((await verify(login, { press: PRESSES[0] })).body).toMatchObject({
      code: 'invalid_code',
    });
    const verified = await verify(login, { press: PRESSES[1] });
    expect(verified.body).toEqual({ signed_in: true });
    const { amr } = (await account(verified)).body;
    expect(amr).toEqual(expect.arrayContaining(['pwd', 'hwk', 'otp', 'mfa']));
  });

  it('takes a press after a few that nobody saw, and none twice', async () => {
    expect((await verify(await logIn(), { press: PRESSES[5] })).status).toBe(200);
    expect((await verify(await logIn(), { press: PRESSES[4] })).status).toBe(400);
  });

  it('takes an authenticator app, too', async () => {
    const setUp = await post('/api/auth/mfa/', { method: 'app' }, { session });
    ({ secret } = setUp.body['setup_data'] as { secret: string });
    const body = { method: 'app', code: appCode() };
    expect((await post('/api/auth/mfa/confirm/', body, { session })).status).toBe(200);

    app.clock.advance({ seconds: 30 });
    const login = await logIn();
    await post('/api/auth/login/change-method/', {
      ephemeral_token: login.body['second_step'],
      new_method: 'app',
    });
    const verified = await verify(login, { code: appCode() });
    expect((await account(verified)).status).toBe(200);
  });

  it('mails a code', async () => {
    await post('/api/auth/mfa/', { method: 'email' }, { session });
    const body = { method: 'email', code: app.lastMailedCode() };
    expect((await post('/api/auth/mfa/confirm/', body, { session })).status).toBe(200);
  });

  it('takes a backup code once', async () => {
    const [code] = backupCodes;
    const verified = await verify(await logIn(), { code });
    expect((await account(verified)).status).toBe(200);
    expect((await verify(await logIn(), { code })).body).toMatchObject({ code: 'invalid_code' });
  });

  it('asks for a fresh proof before factors change, and moves the session to a new cookie', async () => {
    app.clock.advance({ seconds: 901 });
    const change = () => post('/api/auth/mfa/primary/', { method: 'app' }, { session });
    expect(await change()).toMatchObject({ status: 401, body: { code: 'fresh_proof_required' } });
    const { body } = await post('/api/auth/step-up/', { method: 'app' }, { session });
    const proof = { ephemeral_token: body['ephemeral_token'], code: appCode() };
    const renewed = await post('/api/auth/step-up/verify/', proof);
    expect((await account({ session })).status).toBe(401);
    ({ session } = renewed);
    expect((await change()).status).toBe(200);
  });

  it('documents our factor beside those of the library, and what a sign-in answers', async () => {
    const { body } = await app.send('GET', '/docs-json');
    const text = JSON.stringify(body);
    expect(text).toContain('What the display shows after one press.');
    expect(text).toContain('"#/components/schemas/IssuedSession"');
    expect(text).toContain('"/api/auth/login/verify"');
    expect(text).toContain('"name":"__Host-session"');
  });

  it('keeps nothing of an account that is closed', async () => {
    expect((await app.send('DELETE', '/api/account', { session })).status).toBe(204);
    expect((await account({ session })).status).toBe(401);
    expect(await app.query('SELECT id FROM mfa_methods')).toEqual([]);
    expect(await app.query('SELECT token_hash FROM sessions')).toEqual([]);
  });
});
