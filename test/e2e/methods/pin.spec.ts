import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

const PIN = '482915';

let server: TestServer;
let account: SignedIn;
let backupCodes: readonly string[];

beforeAll(async () => {
  server = await startServer({ MFA_HANDLERS: 'pin,app' });
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
  const { status, body } = await server.post('/mfa/', { method: 'pin', pin: PIN }, account.access);
  expect([status, body.setup_data]).toEqual([201, {}]);
  backupCodes = body.backup_codes;
  const confirmed = await server.post('/mfa/confirm/', { method: 'pin', pin: PIN }, account.access);
  expect(confirmed.status).toBe(200);
});

const verify = (ephemeral_token: string, proof: object) =>
  server.post('/login/verify/', { ephemeral_token, ...proof });

describe('a PIN', () => {
  it('is asked for by its own name', async () => {
    const { body } = await server.get('/mfa/handlers/');
    const fields = {
      properties: { pin: { type: 'string', pattern: '^\\d{4,12}$', format: 'password' } },
      required: ['pin'],
    };
    expect(body[0]).toMatchObject({
      name: 'pin',
      display_name: 'PIN',
      requires_dispatch: false,
      setup_schema: fields,
      input_schema: fields,
    });
  });

  it('signs in, every time, and says so in the token', async () => {
    for (let login = 1; login <= 2; login++) {
      const passed = await verify(await server.beginLogin(account.user), { pin: PIN });
      expect(passed.status).toBe(200);
      const [, claims = ''] = passed.body.access.split('.');
      expect(JSON.parse(Buffer.from(claims, 'base64url').toString()).amr).toContain('pin');
    }
  });

  it.each([
    ['another PIN', { pin: '482916' }, 'invalid_code'],
    ['a longer one', { pin: `${PIN}0` }, 'invalid_code'],
    ['the PIN under the name of a code', { code: PIN }, 'validation_failed'],
    ['what is no PIN', { pin: 'abcd' }, 'validation_failed'],
    ['a list', { pin: [PIN] }, 'validation_failed'],
    ['nothing', {}, 'validation_failed'],
  ])('is not replaced by %s', async (_, proof, code) => {
    const { status, body } = await verify(await server.beginLogin(account.user), proof);
    expect([status, body.code]).toEqual([400, code]);
  });

  it('gives way to a backup code, once', async () => {
    const [code] = backupCodes;
    expect((await verify(await server.beginLogin(account.user), { code })).status).toBe(200);
    const again = await verify(await server.beginLogin(account.user), { code });
    expect([again.status, again.body.code]).toEqual([400, 'invalid_code']);
  });

  it('is locked by as many wrong ones as each other factor', async () => {
    for (let tries = 1; tries <= 10; tries += 5) {
      const token = await server.beginLogin(account.user);
      for (let wrong = 0; wrong < 5; wrong++) await verify(token, { pin: `000${wrong}` });
    }
    const { status, body } = await verify(await server.beginLogin(account.user), { pin: PIN });
    expect([status, body.code]).toEqual([429, 'method_locked']);
  });

  it('is in no list and in no row', async () => {
    const { body, text } = await server.get('/mfa/', account.access);
    expect(body[0]).toMatchObject({ name: 'pin', is_active: true, details: {} });
    expect(text).not.toContain(PIN);
    const rows = await server.dataSource.query('SELECT * FROM mfa_methods');
    expect(JSON.stringify(rows)).not.toContain(PIN);
    expect((await server.post('/mfa/send/', { method: 'pin' }, account.access)).body.code).toBe(
      'dispatch_not_supported',
    );
  });
});
