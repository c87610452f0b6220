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
} from '../../support/problems.js';

const WRONG_CODE: Problem = [400, 'invalid_code', 'Invalid code'];
const TOO_SOON: Problem = [429, 'send_too_soon', 'A code was sent a moment ago.'];
const NOT_DELIVERED: Problem = [
  503,
  'delivery_failed',
  'The code could not be sent. Try again or choose another method.',
];

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

const changeTo = (new_method: string, ephemeral_token: string) =>
  server.post('/login/change-method/', { ephemeral_token, new_method });
const resend = (ephemeral_token: string) => server.post('/login/resend/', { ephemeral_token });
const cancel = (ephemeral_token: string) => server.post('/login/cancel/', { ephemeral_token });
const mailedCode = () => server.inbox.lastCode(account.user.email);

describe('choosing another method during a login', () => {
  it('sends its code, and takes no other', async () => {
    await server.enrolEmail(account);
    const token = await server.beginLogin(account.user);
    const reply = await changeTo('email', token);
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({
      ephemeral_token: token,
      method: 'email',
      new_method: 'email',
      challenge: { sent_to: 'u•••@example.org' },
    });
    const other = await server.verifyLogin(token, server.totp(app.secret));
    expectProblem(other, WRONG_CODE, { attempts_left: 4 });
    expect((await server.verifyLogin(token, mailedCode())).status).toBe(200);
  });

  it('can be undone', async () => {
    await server.enrolEmail(account);
    const token = await server.beginLogin(account.user);
    await changeTo('email', token);
    const { body } = await changeTo('app', token);
    expect(body).toEqual({
      ephemeral_token: token,
      method: 'app',
      new_method: 'app',
      challenge: null,
    });
    expect((await server.verifyLogin(token, server.totp(app.secret))).status).toBe(200);
  });

  it('does not refill the attempts', async () => {
    await server.enrolEmail(account);
    const token = await server.beginLogin(account.user);
    await server.verifyLogin(token, '12345');
    await changeTo('email', token);
    expectProblem(await server.verifyLogin(token, '12345'), WRONG_CODE, { attempts_left: 3 });
  });

  it('does not move the end', async () => {
    await server.enrolEmail(account);
    const token = await server.beginLogin(account.user);
    server.clock.advance({ seconds: 890 });
    await changeTo('email', token);
    server.clock.advance({ seconds: 10 });
    expectProblem(await server.verifyLogin(token, mailedCode()), INVALID_TOKEN);
  });

  it('says why it does not', async () => {
    const token = await server.beginLogin(account.user);
    expectProblem(await changeTo('app', token), [
      400,
      'method_unchanged',
      'Please select a new method',
    ]);
    expectProblem(await changeTo('sms', token), [
      400,
      'method_unknown',
      '"sms" is not a valid choice.',
    ]);
    expectProblem(await changeTo('App', token), [
      400,
      'method_unknown',
      '"App" is not a valid choice.',
    ]);
    expectProblem(await changeTo('email', token), NO_SUCH_METHOD);
    await server.post('/mfa/', { method: 'email' }, account.access);
    expectProblem(await changeTo('email', token), NO_SUCH_METHOD);
    expectProblem(await changeTo('email', 'garbage'), INVALID_TOKEN);
  });

  it('waits between two mails', async () => {
    await server.enrolEmail(account);
    const token = await server.beginLogin(account.user);
    await changeTo('email', token);
    await changeTo('app', token);
    server.clock.advance({ seconds: 10 });
    expectProblem(await changeTo('email', token), TOO_SOON, { retry_after: 20 });
  });

  it('says when the mail could not be sent', async () => {
    await server.enrolEmail(account);
    const token = await server.beginLogin(account.user);
    server.inbox.failOnce();
    expectProblem(await changeTo('email', token), NOT_DELIVERED);
    expect((await resend(token)).status).toBe(200);
    expect((await server.verifyLogin(token, mailedCode())).status).toBe(200);
  });

  it.each([
    [{}, { ephemeral_token: REQUIRED }],
    [{ ephemeral_token: 'open' }, { new_method: REQUIRED }],
    [{ ephemeral_token: 'open', new_method: '' }, { new_method: ['This field may not be blank.'] }],
    [
      { ephemeral_token: 'open', new_method: null },
      { new_method: ['This field may not be null.'] },
    ],
    [{ ephemeral_token: 'open', new_method: ['app'] }, { new_method: ['Not a valid string.'] }],
    [{ ephemeral_token: 'open', new_method: 'app', code: '1' }, { code: ['Unexpected field.'] }],
  ])('refuses the body %j', async (body, errors) => {
    const token = await server.beginLogin(account.user);
    const named = 'ephemeral_token' in body ? { ...body, ephemeral_token: token } : body;
    expectFaults(await server.post('/login/change-method/', named), errors);
  });
});

describe('asking for another code during a login', () => {
  let token: string;

  beforeEach(async () => {
    await server.enrolEmail(account);
    await server.post('/mfa/primary/', { method: 'email' }, account.access);
    token = await server.beginLogin(account.user);
  });

  it('makes a new one, and the old one void', async () => {
    const old = mailedCode();
    server.clock.advance({ seconds: 30 });
    const reply = await resend(token);
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({ ephemeral_token: token });
    // One in a million is the same again.
    expect(mailedCode()).not.toBe(old);
    expectProblem(await server.verifyLogin(token, old), WRONG_CODE, { attempts_left: 4 });
    expect((await server.verifyLogin(token, mailedCode())).status).toBe(200);
  });

  it('waits between two, and allows five in a quarter of an hour', async () => {
    expectProblem(await resend(token), TOO_SOON, { retry_after: 30 });
    for (let sent = 1; sent < 5; sent++) {
      server.clock.advance({ seconds: 30 });
      expect((await resend(token)).status).toBe(200);
    }
    server.clock.advance({ seconds: 30 });
    const limit: Problem = [429, 'send_limit', 'Too many codes were sent.'];
    expectProblem(await resend(token), limit, { retry_after: 750 });
  });

  it('does not move the end', async () => {
    server.clock.advance({ seconds: 890 });
    await resend(token);
    server.clock.advance({ seconds: 10 });
    expectProblem(await server.verifyLogin(token, mailedCode()), INVALID_TOKEN);
  });

  it('says when the mail could not be sent, and nothing is lost', async () => {
    server.clock.advance({ seconds: 30 });
    server.inbox.failOnce();
    expectProblem(await resend(token), NOT_DELIVERED);
    expect((await resend(token)).status).toBe(200);
    expect((await server.verifyLogin(token, mailedCode())).status).toBe(200);
  });

  it('is not for a method that sends nothing', async () => {
    await changeTo('app', token);
    const nothing: Problem = [400, 'dispatch_not_supported', 'This method sends no code.'];
    expectProblem(await resend(token), nothing);
  });

  it('says when the method is gone by now', async () => {
    await server.post('/mfa/delete/', { method: 'email' }, account.access);
    server.clock.advance({ seconds: 30 });
    expectProblem(await resend(token), NO_SUCH_METHOD);
  });

  it('asks for the ephemeral token and for nothing else', async () => {
    expectProblem(await resend('garbage'), INVALID_TOKEN);
    expectFaults(await server.post('/login/resend/', {}), { ephemeral_token: REQUIRED });
    const more = { ephemeral_token: token, method: 'email' };
    expectFaults(await server.post('/login/resend/', more), { method: ['Unexpected field.'] });
  });
});

describe('giving a login up', () => {
  it('ends its ephemeral token', async () => {
    const token = await server.beginLogin(account.user);
    const reply = await cancel(token);
    expect(reply.status).toBe(204);
    expect(reply.text).toBe('');
    expectProblem(await server.verifyLogin(token, server.totp(app.secret)), INVALID_TOKEN);
    expectProblem(await changeTo('email', token), INVALID_TOKEN);
    expectProblem(await resend(token), INVALID_TOKEN);
    expectProblem(await cancel(token), INVALID_TOKEN);
  });

  it('asks for the ephemeral token and for nothing else', async () => {
    expectFaults(await server.post('/login/cancel/', {}), { ephemeral_token: REQUIRED });
    const more = { ephemeral_token: 'x', all: true };
    expectProblem(await server.post('/login/cancel/', more), INVALID_TOKEN);
  });
});
