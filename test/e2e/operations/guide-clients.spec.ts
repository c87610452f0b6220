import { startServer, type TestServer, type TestUser } from '../../support/server.js';

/**
 * A front-end as the guide of DRF Auth Kit teaches to write one: it knows addresses with a slash at
 * the end, no statuses, and of each answer a member or two.
 */
class FrontEnd {
  access = '';
  /** What stands in the `src` of the image that the page shows. */
  image = '';

  constructor(private readonly origin: string) {}

  /** Either someone is signed in, or the page asks for a code and keeps the ephemeral token. */
  async signIn(username: string, password: string) {
    const data = await this.call('/api/auth/login/', { username, password });
    if (data.mfa_enabled) return { asksForCode: true, ephemeralToken: data.ephemeral_token };
    this.access = data.access;
    return { asksForCode: false, user: data.user };
  }

  async giveCode(ephemeralToken: string, code: string) {
    const data = await this.call('/api/auth/login/verify/', {
      ephemeral_token: ephemeralToken,
      code,
    });
    if (data.access) this.access = data.access;
    return data;
  }

  async enrol(method: string) {
    const data = await this.call('/api/auth/mfa/', { method });
    if (method === 'app') this.image = data.qr_code;
    return data;
  }

  confirm(method: string, code: string) {
    return this.call('/api/auth/mfa/confirm/', { method, code });
  }

  /** A browser resolves the address against that of the page. */
  private async call(address: string, body: object) {
    const response = await fetch(new URL(address, this.origin), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${this.access}` },
      body: JSON.stringify(body),
    });
    // What the page reads of it is what the tests assert.
    return (await response.json()) as ReturnType<JSON['parse']>;
  }
}

let server: TestServer;
let user: TestUser;
let page: FrontEnd;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  user = await server.register();
  page = new FrontEnd(server.url);
});

const signIn = () => page.signIn(user.username, user.password);

it('signs someone in who has no second factor', async () => {
  const outcome = await signIn();
  expect(outcome.asksForCode).toBe(false);
  expect(outcome.user.username).toBe(user.username);
});

it('shows the QR code, and signs in with the app and with a backup code', async () => {
  await signIn();
  const { setup_data, backup_codes } = await page.enrol('app');
  expect(page.image).toMatch(/^data:image\/png;base64,[\w+/]+=*$/);
  expect(setup_data.qr_link).toMatch(/^otpauth:\/\/totp\//);
  await page.confirm('app', server.totp(setup_data.secret));

  server.clock.advance({ seconds: 30 });
  const first = await signIn();
  expect(first.asksForCode).toBe(true);
  const byCode = await page.giveCode(first.ephemeralToken, server.totp(setup_data.secret));
  expect(byCode.user.username).toBe(user.username);

  const second = await signIn();
  const byBackupCode = await page.giveCode(second.ephemeralToken, backup_codes[0]);
  expect(byBackupCode.user).toEqual(byCode.user);
  expect((await server.get('/user/', page.access)).body).toEqual(byCode.user);
});

it('signs in with a mailed code', async () => {
  await signIn();
  const { setup_data } = await page.enrol('email');
  expect(setup_data.detail).toBe('Email message with MFA code has been sent.');
  await page.confirm('email', server.inbox.lastCode(user.email));
  server.clock.advance({ seconds: 30 });
  const { ephemeralToken } = await signIn();
  const data = await page.giveCode(ephemeralToken, server.inbox.lastCode(user.email));
  expect(data.user.username).toBe(user.username);
});

it('gets nothing that looks like a success from a failure', async () => {
  const { body } = await server.login({ ...user, password: 'wrong' });
  expect([body.mfa_enabled, body.user, body.access]).toEqual([undefined, undefined, undefined]);
  const data = await page.giveCode('garbage', '123456');
  expect([data.user, data.access, data.detail]).toEqual([undefined, undefined, 'Invalid token']);
});
