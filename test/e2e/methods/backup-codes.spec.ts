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

const WRONG_CODE: Problem = [400, 'invalid_code', 'Invalid code'];

let server: TestServer;
let account: SignedIn;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
});

const count = async () => (await server.get('/mfa/backup-codes/', account.access)).body;
const regenerate = (body: object) => server.post('/mfa/backup-codes/', body, account.access);
const signInWith = async (code: unknown) =>
  server.verifyLogin(await server.beginLogin(account.user), code);

describe('someone without a second factor', () => {
  it('has no backup codes and gets none', async () => {
    expect(await count()).toEqual({ remaining: 0, total: 0, created_at: null });
    expectProblem(await regenerate({ code: '123456' }), NO_SUCH_METHOD);
  });
});

describe('someone with an authenticator app', () => {
  let app: EnrolledApp;
  let createdAt: string;

  beforeEach(async () => {
    createdAt = server.timeIn(0);
    app = await server.enrolApp(account);
  });

  it('signs in with each backup code once, and sees how many are left', async () => {
    expect(await count()).toEqual({ remaining: 5, total: 5, created_at: createdAt });
    for (const [used, code] of app.backupCodes.entries()) {
      expect((await signInWith(code)).status).toBe(200);
      expect(await count()).toEqual({ remaining: 4 - used, total: 5, created_at: createdAt });
    }
    for (const code of app.backupCodes) {
      expectProblem(await signInWith(code), WRONG_CODE, { attempts_left: 4 });
    }
  });

  it('may write a backup code in small letters and in groups', async () => {
    const [code = ''] = app.backupCodes;
    const written = code.toLowerCase().replace(/(.{4})(?=.)/g, '$1-');
    expect((await signInWith(written)).status).toBe(200);
  });

  it('gets a new set for a code, and the old set is dead', async () => {
    server.clock.advance({ seconds: 60 });
    const reply = await regenerate({ code: server.totp(app.secret) });
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({ backup_codes: Array(5).fill(expect.any(String)) });
    expect(await count()).toEqual({ remaining: 5, total: 5, created_at: server.timeIn(0) });
    for (const code of app.backupCodes) {
      expectProblem(await signInWith(code), WRONG_CODE, { attempts_left: 4 });
    }
    expect((await signInWith(reply.body.backup_codes[0])).status).toBe(200);
  });

  it('gets none for a wrong code, nor for a backup code', async () => {
    for (const [code, attempts_left] of [
      ['12345', 4],
      [app.backupCodes[0], 3],
    ] as const) {
      expectProblem(await regenerate({ code }), WRONG_CODE, { attempts_left });
    }
    expect((await signInWith(app.backupCodes[0])).status).toBe(200);
  });

  it.each([
    [{}, { code: REQUIRED }],
    [{ code: '' }, { code: ['This field may not be blank.'] }],
    [{ code: null }, { code: ['This field may not be null.'] }],
    [{ code: {} }, { code: ['Not a valid string.'] }],
    [{ code: '123456', method: 'app' }, { method: ['Unexpected field.'] }],
  ])('gets none for %j', async (body, errors) => {
    expectFaults(await regenerate(body), errors);
  });

  it('gets a new set for a mailed code too', async () => {
    await server.enrolEmail(account);
    await server.post('/mfa/send/', { method: 'email' }, account.access);
    const code = server.inbox.lastCode(account.user.email);
    expect((await regenerate({ code })).status).toBe(200);
  });

  it('cannot use the backup codes of a set-up that was never confirmed', async () => {
    const other = await server.signUp();
    const { body } = await server.post('/mfa/', { method: 'app' }, other.access);
    expectProblem(await signInWith(body.backup_codes[0]), WRONG_CODE, { attempts_left: 4 });
    expect((await server.login(other.user)).body.mfa_enabled).toBe(false);
  });

  it('gets no new set with the next method when all are spent: that takes a proof', async () => {
    for (const code of app.backupCodes) await signInWith(code);
    const { body } = await server.post('/mfa/', { method: 'email' }, account.access);
    expect(body).toMatchObject({ backup_codes: [], backup_codes_remaining: 0 });
    const proof = { code: server.totp(app.secret) };
    const made = await server.post('/mfa/backup-codes/', proof, account.access);
    expect((await signInWith(made.body.backup_codes[0])).status).toBe(200);
  });
});
