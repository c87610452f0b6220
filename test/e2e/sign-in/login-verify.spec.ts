import {
  type EnrolledApp,
  type SignedIn,
  startServer,
  type TestServer,
} from '../../support/server.js';
import {
  expectFaults,
  expectProblem,
  INVALID_TOKEN,
  NO_SUCH_METHOD,
  type Problem,
  REQUIRED,
  USED_CODE,
} from '../../support/problems.js';

const WRONG_CODE: Problem = [400, 'invalid_code', 'Invalid code'];
const EXHAUSTED: Problem = [
  429,
  'attempts_exhausted',
  'Too many wrong codes. Please sign in again.',
];

describe('giving the second factor', () => {
  let server: TestServer;
  let account: SignedIn;
  let app: EnrolledApp;
  let token: string;

  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    account = await server.signUp();
    app = await server.enrolApp(account);
    token = await server.beginLogin(account.user);
  });

  /** A code that is wrong now and in the steps beside. */
  const wrongCode = () => {
    const right = [-1, 0, 1].map((steps) => server.totp(app.secret, steps));
    return ['000000', '111111', '222222', '333333'].find((code) => !right.includes(code));
  };

  it('takes the code in whatever way a person types it', async () => {
    const code = server.totp(app.secret);
    const typed = ` ${code.slice(0, 3)} ${code.slice(3)} `;
    expect((await server.verifyLogin(token, typed)).status).toBe(200);
  });

  it('takes a JSON number', async () => {
    while (server.totp(app.secret).startsWith('0')) server.clock.advance({ seconds: 30 });
    const code = Number(server.totp(app.secret));
    expect((await server.verifyLogin(token, code)).status).toBe(200);
  });

  it('takes a backup code in the place of the code, once', async () => {
    const [code] = app.backupCodes;
    const reply = await server.verifyLogin(token, code);
    expect(reply.status).toBe(200);
    expect(Object.keys(reply.body).sort()).toEqual([
      'access',
      'access_expiration',
      'refresh',
      'refresh_expiration',
      'user',
    ]);
    const again = await server.verifyLogin(await server.beginLogin(account.user), code);
    expectProblem(again, WRONG_CODE, { attempts_left: 4 });
  });

  it('takes an ephemeral token once', async () => {
    await server.verifyLogin(token, server.totp(app.secret));
    server.clock.advance({ seconds: 30 });
    expectProblem(await server.verifyLogin(token, server.totp(app.secret)), INVALID_TOKEN);
  });

  it('takes a code once', async () => {
    const code = server.totp(app.secret);
    await server.verifyLogin(token, code);
    const next = await server.beginLogin(account.user);
    expectProblem(await server.verifyLogin(next, code), USED_CODE, { attempts_left: 4 });
  });

  it('counts the wrong codes down, and then refuses the right one too', async () => {
    for (const attempts_left of [4, 3, 2, 1, 0]) {
      expectProblem(await server.verifyLogin(token, wrongCode()), WRONG_CODE, { attempts_left });
    }
    expectProblem(await server.verifyLogin(token, server.totp(app.secret)), EXHAUSTED);
    const next = await server.beginLogin(account.user);
    expect((await server.verifyLogin(next, server.totp(app.secret))).status).toBe(200);
  });

  it('locks the method after ten wrong codes, whatever the login', async () => {
    for (const login of [token, await server.beginLogin(account.user)]) {
      for (let i = 0; i < 5; i++) await server.verifyLogin(login, wrongCode());
    }
    const next = await server.beginLogin(account.user);
    const locked: Problem = [
      429,
      'method_locked',
      'This method is locked after too many wrong codes.',
    ];
    const right = () => server.verifyLogin(next, server.totp(app.secret));
    expectProblem(await right(), locked, { retry_after: 900 });
    server.clock.advance({ seconds: 60 });
    expectProblem(await right(), locked, { retry_after: 840 });
    server.clock.advance({ seconds: 840 });
    const late = await server.beginLogin(account.user);
    expect((await server.verifyLogin(late, server.totp(app.secret))).status).toBe(200);
  });

  it('locks the account after twenty wrong codes over all methods', async () => {
    await server.enrolEmail(account);
    for (let login = 0; login < 4; login++) {
      const body = { ephemeral_token: await server.beginLogin(account.user), new_method: 'email' };
      if (login >= 2) await server.post('/login/change-method/', body);
      for (let i = 0; i < 5; i++) await server.verifyLogin(body.ephemeral_token, wrongCode());
      server.clock.advance({ seconds: 30 });
    }
    const next = await server.beginLogin(account.user);
    const locked: Problem = [
      429,
      'account_locked',
      'Second factors of this account are locked after too many wrong codes.',
    ];
    const reply = await server.verifyLogin(next, server.totp(app.secret));
    expectProblem(reply, locked, { retry_after: 870 });
  });

  it('ends with the ephemeral token, to the second', async () => {
    server.clock.advance({ seconds: 899 });
    expectProblem(await server.verifyLogin(token, wrongCode()), WRONG_CODE, { attempts_left: 4 });
    server.clock.advance({ seconds: 1 });
    expectProblem(await server.verifyLogin(token, server.totp(app.secret)), INVALID_TOKEN);
  });

  it('answers every bad ephemeral token alike', async () => {
    const code = server.totp(app.secret);
    const [header, payload, signature = ''] = token.split('.');
    const flipped = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    for (const bad of ['garbage', `${header}.${payload}.${flipped}`, account.access]) {
      expectProblem(await server.verifyLogin(bad, code), INVALID_TOKEN);
    }
    await server.disable(account.user);
    expectProblem(await server.verifyLogin(token, code), INVALID_TOKEN);
  });

  it('says when the method is gone by now', async () => {
    await server.enrolEmail(account);
    await server.post('/mfa/delete/', { method: 'app' }, account.access);
    const reply = await server.verifyLogin(token, server.totp(app.secret));
    expectProblem(reply, NO_SUCH_METHOD);
  });

  it.each([
    [{}, { code: REQUIRED }],
    [{ code: '' }, { code: ['This field may not be blank.'] }],
    [{ code: null }, { code: ['This field may not be null.'] }],
    [{ code: true }, { code: ['Not a valid string.'] }],
    [{ code: ['123456'] }, { code: ['Not a valid string.'] }],
    [{ code: '1'.repeat(65) }, { code: ['Ensure this field has no more than 64 characters.'] }],
    [{ code: '123456', method: 'app' }, { method: ['Unexpected field.'] }],
  ])('refuses %j, and counts no attempt', async (body, errors) => {
    expectFaults(await server.post('/login/verify/', { ephemeral_token: token, ...body }), errors);
    expectProblem(await server.verifyLogin(token, wrongCode()), WRONG_CODE, { attempts_left: 4 });
  });

  it.each([
    [{ code: '123456' }, { ephemeral_token: REQUIRED }],
    [
      { code: '123456', ephemeral_token: '' },
      { ephemeral_token: ['This field may not be blank.'] },
    ],
    [{ code: '123456', ephemeral_token: 7 }, { ephemeral_token: ['Not a valid string.'] }],
  ])('refuses %j', async (body, errors) => {
    expectFaults(await server.post('/login/verify/', body), errors);
  });
});
