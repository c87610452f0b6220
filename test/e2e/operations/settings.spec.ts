import {
  type EnrolledApp,
  type Environment,
  type SignedIn,
  startServer,
  type TestServer,
} from '../../support/server.js';
import {
  expectFaults,
  expectProblem,
  INVALID_TOKEN,
  type Problem,
  REQUIRED,
} from '../../support/problems.js';

/** One database; each group of tests has a server of its own on it, with the settings it shows. */
let database: TestServer;
let server: TestServer;
let account: SignedIn;

beforeAll(async () => {
  database = await startServer();
});
afterAll(() => database.stop());

function withSettings(environment: Environment): void {
  beforeAll(async () => {
    server = await database.startSibling(environment);
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    account = await server.signUp();
  });
}

const setUpApp = async () => (await server.post('/mfa/', { method: 'app' }, account.access)).body;
const remove = (body: object) => server.post('/mfa/delete/', body, account.access);
const signInWith = async (code: unknown) =>
  server.verifyLogin(await server.beginLogin(account.user), code);
const wrong = (detail: string): Problem => [400, 'invalid_code', detail];

describe('what authenticator apps are told', () => {
  withSettings({ MFA_APPLICATION_NAME: 'My App & Co', MFA_TOTP_DEFAULT_INTERVAL: '60' });

  it('is the name of the application and a step of another length', async () => {
    const { secret, qr_link } = (await setUpApp()).setup_data;
    const name = 'My%20App%20%26%20Co';
    expect(qr_link).toBe(
      `otpauth://totp/${name}:${account.user.username}?secret=${secret}&issuer=${name}&period=60`,
    );
  });
});

describe.each([
  { interval: '30', window: '0', accepted: [0] },
  { interval: '30', window: '1', accepted: [-1, 0, 1] },
  { interval: '60', window: '1', accepted: [-2, -1, 0, 1, 2, 3] },
])('MFA_TOTP_DEFAULT_INTERVAL=$interval, …VALID_WINDOW=$window', (settings) => {
  withSettings({
    MFA_TOTP_DEFAULT_INTERVAL: settings.interval,
    MFA_TOTP_DEFAULT_VALID_WINDOW: settings.window,
  });

  it(`takes the codes of ${settings.accepted.join(', ')} half minutes away and no others`, async () => {
    const period = Number(settings.interval);
    const taken: number[] = [];
    for (let away = -4; away <= 5; away++) {
      // At the beginning of a step of either length.
      const past = Math.floor(server.clock.now().getTime() / 1000) % 60;
      server.clock.advance({ seconds: 60 - past });
      const { secret } = (await setUpApp()).setup_data;
      const code = server.totp(secret, away, period);
      const token = (await server.login(account.user)).body.access;
      const reply = await server.post('/mfa/confirm/', { method: 'app', code }, token);
      if (reply.status === 200) taken.push(away);
      account = await server.signUp();
    }
    expect(taken).toEqual(settings.accepted);
  });
});

describe('backup codes of another kind', () => {
  withSettings({
    NUM_OF_BACKUP_CODES: '3',
    BACKUP_CODE_LENGTH: '16',
    BACKUP_CODE_ALLOWED_CHARS: 'abcdef',
  });

  it('are as many, as long and of the characters that were set, and work', async () => {
    const { backupCodes } = await server.enrolApp(account);
    expect(backupCodes).toEqual(Array(3).fill(expect.stringMatching(/^[abcdef]{16}$/)));
    expect((await signInWith(backupCodes[2])).status).toBe(200);
    const { body } = await server.get('/mfa/backup-codes/', account.access);
    expect(body).toMatchObject({ remaining: 2, total: 3 });
  });
});

describe('MFA_EPHEMERAL_TOKEN_EXPIRY=120', () => {
  withSettings({ MFA_EPHEMERAL_TOKEN_EXPIRY: '120' });

  it('ends a login after two minutes', async () => {
    const { secret } = await server.enrolApp(account);
    const { body } = await server.login(account.user);
    expect(body.expires_at).toBe(server.timeIn(120));
    server.clock.advance({ seconds: 119 });
    const other = await server.verifyLogin(body.ephemeral_token, '12345');
    expectProblem(other, wrong('Invalid code'), { attempts_left: 4 });
    server.clock.advance({ seconds: 1 });
    const late = await server.verifyLogin(body.ephemeral_token, server.totp(secret));
    expectProblem(late, INVALID_TOKEN);
  });
});

describe.each([
  { handlers: 'email,app', names: ['email', 'app'] },
  { handlers: 'email', names: ['email'] },
])('MFA_HANDLERS=$handlers', ({ handlers, names }) => {
  withSettings({ MFA_HANDLERS: handlers });

  it('offers these methods in this order', async () => {
    const namesIn = (list: { name: string }[]) => list.map(({ name }) => name);
    expect(namesIn((await server.get('/mfa/handlers/')).body)).toEqual(names);
    expect(namesIn((await server.get('/mfa/', account.access)).body)).toEqual(names);
    const { status } = await server.post('/mfa/', { method: 'app' }, account.access);
    expect(status).toBe(names.includes('app') ? 201 : 400);
  });
});

describe('MFA_PREVENT_DELETE_ACTIVE_METHOD=true', () => {
  withSettings({ MFA_PREVENT_DELETE_ACTIVE_METHOD: 'true' });

  it('lets only an inactive method go', async () => {
    const refused: Problem = [400, 'delete_active_forbidden', 'Cannot delete active MFA method'];
    await server.enrolApp(account);
    await server.enrolEmail(account);
    expectProblem(await remove({ method: 'app' }), refused);
    expectProblem(await remove({ method: 'email' }), refused);
    await server.post('/mfa/send/', { method: 'email' }, account.access);
    const code = server.inbox.lastCode(account.user.email);
    await server.post('/mfa/deactivate/', { method: 'email', code }, account.access);
    expect((await remove({ method: 'email' })).status).toBe(204);
  });
});

describe('MFA_PREVENT_DELETE_PRIMARY_METHOD=true', () => {
  withSettings({ MFA_PREVENT_DELETE_PRIMARY_METHOD: 'true' });

  it('lets only another method go', async () => {
    await server.enrolApp(account);
    await server.enrolEmail(account);
    const refused: Problem = [400, 'delete_primary_forbidden', 'Cannot delete primary MFA method'];
    expectProblem(await remove({ method: 'app' }), refused);
    expect((await remove({ method: 'email' })).status).toBe(204);
  });
});

describe('MFA_PREVENT_DELETE_LAST_METHOD=true', () => {
  withSettings({ MFA_PREVENT_DELETE_LAST_METHOD: 'true' });

  it('keeps one active method', async () => {
    await server.enrolApp(account);
    await server.enrolEmail(account);
    expect((await remove({ method: 'app' })).status).toBe(204);
    const refused: Problem = [400, 'delete_last_forbidden', 'Cannot delete last MFA method'];
    expectProblem(await remove({ method: 'email' }), refused);
    expect((await server.login(account.user)).body.method).toBe('email');
  });
});

describe('MFA_DELETE_ACTIVE_METHOD_REQUIRE_CODE=true', () => {
  withSettings({ MFA_DELETE_ACTIVE_METHOD_REQUIRE_CODE: 'true' });
  let app: EnrolledApp;
  beforeEach(async () => {
    app = await server.enrolApp(account);
  });

  it('asks for a code of the method that is active', async () => {
    expectFaults(await remove({ method: 'app' }), { code: REQUIRED });
    expectFaults(await remove({ method: 'app', code: '' }), {
      code: ['This field may not be blank.'],
    });
    const other = await remove({ method: 'app', code: '12345' });
    expectProblem(other, wrong('Invalid OTP code'), { attempts_left: 4 });
    const right = await remove({ method: 'app', code: server.totp(app.secret) });
    expect(right.status).toBe(204);
  });

  it('takes the code that was mailed for it', async () => {
    await server.enrolEmail(account);
    await server.post('/mfa/send/', { method: 'email' }, account.access);
    const other = await remove({ method: 'email', code: '12345' });
    expectProblem(other, wrong('Invalid OTP code'), { attempts_left: 4 });
    const code = server.inbox.lastCode(account.user.email);
    expect((await remove({ method: 'email', code })).status).toBe(204);
  });

  it('takes a backup code too, though no code was sent', async () => {
    await server.enrolEmail(account);
    expect((await remove({ method: 'email', code: app.backupCodes[0] })).status).toBe(204);
    const again = await remove({ method: 'app', code: app.backupCodes[0] });
    expectProblem(again, wrong('Invalid OTP code'), { attempts_left: 4 });
  });

  it('asks for none where the method is not active', async () => {
    await server.post('/mfa/', { method: 'email' }, account.access);
    expect((await remove({ method: 'email' })).status).toBe(204);
  });
});

describe('MFA_UPDATE_PRIMARY_METHOD_REQUIRED_PRIMARY_CODE=true', () => {
  withSettings({ MFA_UPDATE_PRIMARY_METHOD_REQUIRED_PRIMARY_CODE: 'true' });
  let app: EnrolledApp;
  beforeEach(async () => {
    app = await server.enrolApp(account);
    await server.enrolEmail(account);
  });

  const makePrimary = (method: string, primary_code?: string) =>
    server.post('/mfa/primary/', { method, primary_code }, account.access);

  it('asks for a code of the present primary method', async () => {
    expectFaults(await makePrimary('email'), { primary_code: REQUIRED });
    expectFaults(await makePrimary('email', ''), {
      primary_code: ['This field may not be blank.'],
    });
    const other = await makePrimary('email', '12345');
    expectProblem(other, wrong('Invalid primary method code'), { attempts_left: 4 });
    expect((await makePrimary('email', server.totp(app.secret))).status).toBe(200);
    expect((await server.login(account.user)).body.method).toBe('email');
  });

  it('takes a backup code too, and asks for none where nothing changes', async () => {
    expect((await makePrimary('email', app.backupCodes[0])).status).toBe(200);
    expect((await makePrimary('email')).status).toBe(200);
    expect((await makePrimary('app', app.backupCodes[1])).status).toBe(200);
  });
});

describe('the limits of guessing and of sending', () => {
  withSettings({
    MFA_MAX_ATTEMPTS_PER_CHALLENGE: '2',
    MFA_MAX_FAILURES_PER_METHOD: '2',
    MFA_LOCK_SECONDS: '120',
    MFA_SEND_COOLDOWN_SECONDS: '10',
    MFA_MAX_SENDS_PER_SUBJECT: '1',
  });

  it('are those that were set', async () => {
    const { secret } = await server.enrolApp(account);
    const token = await server.beginLogin(account.user);
    for (const attempts_left of [1, 0]) {
      const reply = await server.verifyLogin(token, '12345');
      expectProblem(reply, wrong('Invalid code'), { attempts_left });
    }
    const locked = 'This method is locked after too many wrong codes.';
    const reply = await server.verifyLogin(token, server.totp(secret));
    expectProblem(reply, [429, 'method_locked', locked], { retry_after: 120 });
    const setUp = () => server.post('/mfa/', { method: 'email' }, account.access);
    expect((await setUp()).status).toBe(201);
    server.clock.advance({ seconds: 10 });
    const limit: Problem = [429, 'send_limit', 'Too many codes were sent.'];
    expectProblem(await setUp(), limit, { retry_after: 890 });
  });
});
