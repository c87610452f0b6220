import {
  expectFaults,
  expectProblem,
  NO_SUCH_METHOD,
  type Problem,
  REQUIRED,
} from '../../support/problems.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

const EXISTS: Problem = [400, 'method_exists', 'This method already exists'];
const WRONG_CODE: Problem = [400, 'invalid_code', 'Invalid OTP code'];
const BACKUP_CODE = /^[0-9A-HJKMNP-TV-Z]{12}$/;

let server: TestServer;
let account: SignedIn;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
});

const setUp = (method: unknown) => server.post('/mfa/', { method }, account.access);
const confirm = (method: string, code: unknown) =>
  server.post('/mfa/confirm/', { method, code }, account.access);
const list = async () => (await server.get('/mfa/', account.access)).body;

/** An entry of the list of someone who has not set the method up. */
const unused = (name: string, display_name: string) => ({
  name,
  display_name,
  is_active: false,
  is_primary: false,
  is_setup: false,
  created_at: null,
  confirmed_at: null,
  last_used_at: null,
  details: {},
});

describe('the kinds of second factor', () => {
  it('are public, with the forms that a client can draw', async () => {
    const { status, body } = await server.get('/mfa/handlers/');
    const none = { type: 'object', properties: {}, additionalProperties: false };
    const code = {
      type: 'object',
      properties: {
        code: {
          type: 'string',
          minLength: 1,
          maxLength: 64,
          description: 'The one-time code. Blanks and hyphens in it do not matter.',
          examples: ['123456'],
        },
      },
      required: ['code'],
      additionalProperties: false,
    };
    expect(status).toBe(200);
    expect(body).toEqual([
      {
        name: 'app',
        display_name: 'Authenticator app',
        requires_dispatch: false,
        setup_schema: {
          ...none,
          properties: {
            label: {
              type: 'string',
              maxLength: 64,
              pattern: expect.stringMatching(/^\^\[\^.*\]\+\$$/),
              description: expect.stringContaining('several authenticators'),
              examples: ['Phone'],
            },
          },
        },
        input_schema: code,
      },
      {
        name: 'email',
        display_name: 'E-mail',
        requires_dispatch: true,
        setup_schema: none,
        input_schema: code,
      },
    ]);
  });
});

describe('setting an authenticator app up', () => {
  it('hands the secret over as link, image and text, with backup codes', async () => {
    const reply = await setUp('app');
    const { secret, qr_code, qr_link } = reply.body.setup_data;
    expect(reply.status).toBe(201);
    expect(reply.body).toEqual({
      method: 'app',
      setup_data: { qr_link, qr_code, secret },
      qr_code,
      backup_codes: Array(5).fill(expect.stringMatching(BACKUP_CODE)),
      backup_codes_remaining: 5,
      authenticator_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(qr_link).toBe(
      `otpauth://totp/MyApplication:${account.user.username}?secret=${secret}&issuer=MyApplication`,
    );
    expect(isPng(qr_code)).toBe(true);
    expect(new Set(reply.body.backup_codes).size).toBe(5);
  });

  it('asks for nothing at login before the first code was right', async () => {
    const { body } = await setUp('app');
    expect((await server.login(account.user)).body.mfa_enabled).toBe(false);
    const wrong = server.totp(body.setup_data.secret, 10);
    expectProblem(await confirm('app', wrong), WRONG_CODE, { attempts_left: 4 });
    expect((await server.login(account.user)).body.mfa_enabled).toBe(false);
    const right = await confirm('app', server.totp(body.setup_data.secret));
    expect(right.status).toBe(200);
    expect(right.body).toEqual({ detail: 'Activated MFA method' });
    expect((await server.login(account.user)).body.method).toBe('app');
  });

  it('is seen in the list, without the secret', async () => {
    expect(await list()).toEqual([unused('app', 'Authenticator app'), unused('email', 'E-mail')]);
    const createdAt = server.timeIn(0);
    const { body } = await setUp('app');
    /** Its one authenticator has the times of the method. */
    const withTimes = (confirmed_at: string | null, last_used_at: string | null) => {
      const times = { created_at: createdAt, confirmed_at, last_used_at };
      const shown = { label: 'Authenticator app', algorithm: 'SHA1', digits: 6, period: 30 };
      const authenticator = { id: body.authenticator_id, ...shown, ...times };
      return { ...times, details: { authenticators: [authenticator] } };
    };
    const pending = {
      ...unused('app', 'Authenticator app'),
      is_setup: true,
      ...withTimes(null, null),
    };
    expect(await list()).toEqual([pending, unused('email', 'E-mail')]);
    server.clock.advance({ seconds: 30 });
    await confirm('app', server.totp(body.setup_data.secret));
    const confirmedAt = server.timeIn(0);
    const active = {
      ...pending,
      is_active: true,
      is_primary: true,
      ...withTimes(confirmedAt, confirmedAt),
    };
    expect((await list())[0]).toEqual(active);
    server.clock.advance({ seconds: 30 });
    const token = await server.beginLogin(account.user);
    await server.verifyLogin(token, server.totp(body.setup_data.secret));
    expect((await list())[0]).toEqual({
      ...active,
      ...withTimes(confirmedAt, server.timeIn(0)),
    });
  });

  it('takes the place of one that was not confirmed', async () => {
    const first = await setUp('app');
    const second = await setUp('app');
    expect(second.status).toBe(201);
    expect(second.body.backup_codes).toHaveLength(5);
    const dead = server.totp(first.body.setup_data.secret);
    expectProblem(await confirm('app', dead), WRONG_CODE, { attempts_left: 4 });
    const live = server.totp(second.body.setup_data.secret);
    expect((await confirm('app', live)).status).toBe(200);
  });

  it('is refused while one is active', async () => {
    await server.enrolApp(account);
    expectProblem(await setUp('app'), EXISTS);
  });
});

describe('setting e-mail up', () => {
  it('mails a code, and says where to', async () => {
    const reply = await setUp('email');
    expect(reply.status).toBe(201);
    expect(reply.body).toEqual({
      method: 'email',
      setup_data: {
        detail: 'Email message with MFA code has been sent.',
        sent_to: 'u•••@example.org',
      },
      backup_codes: Array(5).fill(expect.stringMatching(BACKUP_CODE)),
      backup_codes_remaining: 5,
    });
    const code = server.inbox.lastCode(account.user.email);
    expect((await confirm('email', code)).body).toEqual({ detail: 'Activated MFA method' });
    const [, email] = await list();
    expect(email).toMatchObject({
      is_active: true,
      is_primary: true,
      is_setup: true,
      details: { sent_to: 'u•••@example.org' },
    });
  });

  it('shows no new backup codes beside another method, nor becomes primary', async () => {
    await server.enrolApp(account);
    const { body } = await setUp('email');
    expect(body).toMatchObject({ backup_codes: [], backup_codes_remaining: 5 });
    await confirm('email', server.inbox.lastCode(account.user.email));
    expect(await list()).toMatchObject([
      { name: 'app', is_primary: true, is_active: true },
      { name: 'email', is_primary: false, is_active: true },
    ]);
  });

  it('leaves nothing behind that a failed mail would be stuck on', async () => {
    server.inbox.failOnce();
    const failed: Problem = [
      503,
      'delivery_failed',
      'The code could not be sent. Try again or choose another method.',
    ];
    expectProblem(await setUp('email'), failed);
    const again = await setUp('email');
    expect(again.status).toBe(201);
    expect(again.body.backup_codes).toHaveLength(5);
    const code = server.inbox.lastCode(account.user.email);
    expect((await confirm('email', code)).status).toBe(200);
  });

  it('waits between two mails', async () => {
    await setUp('email');
    const soon: Problem = [429, 'send_too_soon', 'A code was sent a moment ago.'];
    expectProblem(await setUp('email'), soon, { retry_after: 30 });
  });

  it('mails a code that ends after ten minutes', async () => {
    await setUp('email');
    const code = server.inbox.lastCode(account.user.email);
    server.clock.advance({ seconds: 600 });
    const { body } = await server.login(account.user);
    const late = await server.post('/mfa/confirm/', { method: 'email', code }, body.access);
    expectProblem(late, WRONG_CODE, { attempts_left: 4 });
  });
});

describe('confirming', () => {
  it('takes neither a backup code nor what is not there to confirm', async () => {
    expectProblem(await confirm('app', '123456'), NO_SUCH_METHOD);
    const { body } = await setUp('app');
    const byBackupCode = await confirm('app', body.backup_codes[0]);
    expectProblem(byBackupCode, WRONG_CODE, { attempts_left: 4 });
    await confirm('app', server.totp(body.setup_data.secret));
    expectProblem(await confirm('app', '123456'), [
      400,
      'method_exists',
      'It is confirmed already.',
    ]);
  });

  it('ends after five wrong codes, until the method is set up anew', async () => {
    const { body } = await setUp('app');
    const { secret } = body.setup_data;
    for (let i = 0; i < 5; i++) await confirm('app', server.totp(secret, 10));
    expectProblem(await confirm('app', server.totp(secret)), [
      429,
      'attempts_exhausted',
      'Too many wrong codes. Please sign in again.',
    ]);
    const anew = (await setUp('app')).body.setup_data.secret;
    expect((await confirm('app', server.totp(anew))).status).toBe(200);
  });

  it.each([
    [{}, { method: REQUIRED }],
    [{ method: 'app' }, { code: REQUIRED }],
    [{ method: 'app', code: '' }, { code: ['This field may not be blank.'] }],
    [{ method: 'app', code: null }, { code: ['This field may not be null.'] }],
    [{ method: 'app', code: [1] }, { code: ['Not a valid string.'] }],
    [{ method: 'app', code: '123456', is_primary: true }, { is_primary: ['Unexpected field.'] }],
  ])('refuses the body %j', async (body, errors) => {
    await setUp('app');
    expectFaults(await server.post('/mfa/confirm/', body, account.access), errors);
  });
});

it.each(['/mfa/', '/mfa/confirm/'])(
  'POST %s knows the methods by their exact names',
  async (path) => {
    for (const name of ['sms', 'App', ' app', 'constructor']) {
      const reply = await server.post(path, { method: name, code: '123456' }, account.access);
      expectProblem(reply, [400, 'method_unknown', `"${name}" is not a valid choice.`]);
    }
  },
);

it.each([
  [{}, { method: REQUIRED }],
  [{ method: '' }, { method: ['This field may not be blank.'] }],
  [{ method: null }, { method: ['This field may not be null.'] }],
  [{ method: ['app'] }, { method: ['Not a valid string.'] }],
  [{ method: 'app', secret: 'A'.repeat(32) }, { secret: ['Unexpected field.'] }],
  [{ method: 'app', is_active: true }, { is_active: ['Unexpected field.'] }],
])('set-up refuses the body %j', async (body, errors) => {
  expectFaults(await server.post('/mfa/', body, account.access), errors);
});

/** Whether a data URI holds what begins as every PNG does [RFC 2083 §12.12]. */
function isPng(dataUri: string): boolean {
  const prefix = 'data:image/png;base64,';
  const bytes = Buffer.from(dataUri.slice(prefix.length), 'base64');
  return dataUri.startsWith(prefix) && bytes.toString('latin1', 0, 8) === '\x89PNG\r\n\x1a\n';
}
