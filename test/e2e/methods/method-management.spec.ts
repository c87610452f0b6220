import {
  expectFaults,
  expectProblem,
  NO_SUCH_METHOD,
  type Problem,
  REQUIRED,
} from '../../support/problems.js';
import {
  type EnrolledApp,
  type SignedIn,
  startServer,
  type TestServer,
} from '../../support/server.js';

const WRONG_CODE: Problem = [400, 'invalid_code', 'Invalid OTP code'];
const TOO_SOON: Problem = [429, 'send_too_soon', 'A code was sent a moment ago.'];

let server: TestServer;
let account: SignedIn;
let app: EnrolledApp;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());
/** Two active methods: `app`, which is primary, and `email`. */
beforeEach(async () => {
  account = await server.signUp();
  app = await server.enrolApp(account);
  await server.enrolEmail(account);
});

const post = (action: string, body: object) => server.post(`/mfa/${action}/`, body, account.access);
const mailedCode = () => server.inbox.lastCode(account.user.email);

/** The methods that are set up, as `name`, `name active` or `name primary`. */
async function methods(): Promise<string[]> {
  const { body } = await server.get('/mfa/', account.access);
  const set: { name: string; is_setup: boolean; is_active: boolean; is_primary: boolean }[] = body;
  return set
    .filter(({ is_setup }) => is_setup)
    .map(({ name, is_active, is_primary }) =>
      [name, ...(is_primary ? ['primary'] : is_active ? ['active'] : [])].join(' '),
    );
}

describe('choosing the primary method', () => {
  it('moves it, and does nothing a second time', async () => {
    for (let times = 0; times < 2; times++) {
      const reply = await post('primary', { method: 'email' });
      expect(reply.status).toBe(200);
      expect(reply.body).toEqual({ detail: 'Updated primary MFA method' });
      expect(await methods()).toEqual(['app active', 'email primary']);
    }
    expect((await server.login(account.user)).body.method).toBe('email');
  });

  it('takes an active method only', async () => {
    await post('deactivate', { method: 'email', code: await managingCode() });
    expectProblem(await post('primary', { method: 'email' }), NO_SUCH_METHOD);
    await post('delete', { method: 'email' });
    expectProblem(await post('primary', { method: 'email' }), NO_SUCH_METHOD);
    expect(await methods()).toEqual(['app primary']);
  });
});

describe('deactivating a method', () => {
  it('keeps it set up, and a login offers it no more', async () => {
    const reply = await post('deactivate', { method: 'email', code: await managingCode() });
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({ detail: 'Deactivated MFA method' });
    expect(await methods()).toEqual(['app primary', 'email']);
    const { body } = await server.login(account.user);
    expect(body.methods).toEqual([{ name: 'app', display_name: 'Authenticator app' }]);
  });

  it('can be followed by confirming it again', async () => {
    await post('deactivate', { method: 'email', code: await managingCode() });
    expect((await post('send', { method: 'email' })).body).toEqual({ detail: 'MFA code sent' });
    const reply = await post('confirm', { method: 'email', code: mailedCode() });
    expect(reply.body).toEqual({ detail: 'Activated MFA method' });
    expect(await methods()).toEqual(['app primary', 'email active']);
  });

  it('is not for the primary one', async () => {
    const reply = await post('deactivate', { method: 'app', code: server.totp(app.secret) });
    expectProblem(reply, [
      400,
      'method_is_primary',
      'You can only deactivate non-primary MFA method.',
    ]);
  });

  it('takes a code of that method and no backup code', async () => {
    await post('send', { method: 'email' });
    for (const [code, attempts_left] of [
      ['12345', 4],
      [app.backupCodes[0], 3],
    ] as const) {
      const reply = await post('deactivate', { method: 'email', code });
      expectProblem(reply, WRONG_CODE, { attempts_left });
    }
    expect(await methods()).toEqual(['app primary', 'email active']);
  });

  it('refuses a code where none was sent', async () => {
    expectProblem(await post('deactivate', { method: 'email', code: '123456' }), WRONG_CODE);
  });

  it('is not for a method that is not active', async () => {
    await post('deactivate', { method: 'email', code: await managingCode() });
    expectProblem(await post('deactivate', { method: 'email', code: '123456' }), NO_SUCH_METHOD);
    await post('delete', { method: 'email' });
    expectProblem(await post('deactivate', { method: 'email', code: '123456' }), NO_SUCH_METHOD);
  });

  it.each([
    [{ method: 'email' }, { code: REQUIRED }],
    [{ method: 'email', code: '' }, { code: ['This field may not be blank.'] }],
    [{ method: 'email', code: true }, { code: ['Not a valid string.'] }],
  ])('refuses the body %j', async (body, errors) => {
    expectFaults(await post('deactivate', body), errors);
  });
});

describe('deleting a method', () => {
  it('answers without a body, and the method is gone', async () => {
    const reply = await post('delete', { method: 'email' });
    expect(reply.status).toBe(204);
    expect(reply.text).toBe('');
    expect(await methods()).toEqual(['app primary']);
    const absent: Problem = [400, 'method_not_found', 'Method does not exist'];
    expectProblem(await post('delete', { method: 'email' }), absent);
  });

  it('makes the other one primary, so that a login still asks', async () => {
    await post('delete', { method: 'app' });
    expect(await methods()).toEqual(['email primary']);
    const { body } = await server.login(account.user);
    expect(body).toMatchObject({ mfa_enabled: true, method: 'email' });
    expect((await server.verifyLogin(body.ephemeral_token, mailedCode())).status).toBe(200);
  });

  it('ends the second step with the last one, and the backup codes too', async () => {
    await post('delete', { method: 'app' });
    await post('delete', { method: 'email' });
    expect(await methods()).toEqual([]);
    expect((await server.login(account.user)).body.mfa_enabled).toBe(false);
    const { body } = await server.get('/mfa/backup-codes/', account.access);
    expect(body).toEqual({ remaining: 0, total: 0, created_at: null });
  });

  it('lets the method be set up anew', async () => {
    await post('delete', { method: 'app' });
    const { status, body } = await server.post('/mfa/', { method: 'app' }, account.access);
    expect(status).toBe(201);
    expect(body.setup_data.secret).not.toBe(app.secret);
  });
});

describe('sending a code of a method', () => {
  it('mails one, after a pause', async () => {
    const reply = await post('send', { method: 'email' });
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({ detail: 'MFA code sent' });
    expectProblem(await post('send', { method: 'email' }), TOO_SOON, { retry_after: 30 });
    server.clock.advance({ seconds: 30 });
    expect((await post('send', { method: 'email' })).status).toBe(200);
  });

  it('mails a code that no login takes', async () => {
    await post('send', { method: 'email' });
    const code = mailedCode();
    const token = await server.beginLogin(account.user);
    const body = { ephemeral_token: token, new_method: 'email' };
    await server.post('/login/change-method/', body);
    const wrong: Problem = [400, 'invalid_code', 'Invalid code'];
    expectProblem(await server.verifyLogin(token, code), wrong, { attempts_left: 4 });
  });

  it('says why it does not', async () => {
    const nothing: Problem = [400, 'dispatch_not_supported', 'This method sends no code.'];
    expectProblem(await post('send', { method: 'app' }), nothing);
    server.inbox.failOnce();
    expectProblem(await post('send', { method: 'email' }), [
      503,
      'delivery_failed',
      'The code could not be sent. Try again or choose another method.',
    ]);
    expect((await post('send', { method: 'email' })).status).toBe(200);
    await post('delete', { method: 'email' });
    expectProblem(await post('send', { method: 'email' }), NO_SUCH_METHOD);
  });
});

describe.each(['primary', 'deactivate', 'delete', 'send'])('POST /mfa/%s/', (action) => {
  it('knows the methods by their exact names', async () => {
    for (const method of ['sms', 'Email', '__proto__']) {
      const reply = await post(action, { method, ...codeFor(action) });
      expectProblem(reply, [400, 'method_unknown', `"${method}" is not a valid choice.`]);
    }
  });

  it.each([
    [{}, { method: REQUIRED }],
    [{ method: '' }, { method: ['This field may not be blank.'] }],
    [{ method: null }, { method: ['This field may not be null.'] }],
    [{ method: 7 }, { method: ['Not a valid string.'] }],
    [{ method: 'email', is_active: true }, { is_active: ['Unexpected field.'] }],
  ])('refuses the body %j', async (body, errors) => {
    expectFaults(await post(action, { ...body, ...codeFor(action) }), errors);
    expect(await methods()).toEqual(['app primary', 'email active']);
  });
});

/** What a request must have beside the method, so that nothing else is wrong with it. */
function codeFor(action: string): { code?: string } {
  return action === 'deactivate' ? { code: '123456' } : {};
}

/** A code of `email` for a signed-in user, mailed on request. */
async function managingCode(): Promise<string> {
  await post('send', { method: 'email' });
  return mailedCode();
}
