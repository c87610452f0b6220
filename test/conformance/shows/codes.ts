import { enrolled, enrolSms, textedCode } from '../support/accounts.js';
import { type TestServer } from '../support/preset-server.js';

export async function codesWorkOnce(server: TestServer): Promise<void> {
  const { account, app } = await enrolled(server);
  for (const code of [server.totp(app.secret), app.backupCodes[0]]) {
    const first = await server.beginLogin(account.user);
    const second = await server.beginLogin(account.user);
    expect((await server.verifyLogin(first, code)).status).toBe(200);
    expect((await server.verifyLogin(second, code)).body.code).toBe('invalid_code');
  }
}

export async function setUpCodesWorkOnce(server: TestServer): Promise<void> {
  const account = await server.signUp();
  const { body } = await server.post('/mfa/', { method: 'app' }, account.access);
  const code = server.totp(body.setup_data.secret);
  const confirmed = await server.post('/mfa/confirm/', { method: 'app', code }, account.access);
  expect(confirmed.status).toBe(200);
  const login = await server.beginLogin(account.user);
  expect((await server.verifyLogin(login, code)).body.code).toBe('invalid_code');
}

/** The code of one step before works or not, as the preset has it. */
export const lateCodeIs = (status: number) => async (server: TestServer) => {
  const { account, app } = await enrolled(server);
  server.clock.advance({ seconds: 30 });
  const late = server.totp(app.secret, -1);
  const token = await server.beginLogin(account.user);
  expect((await server.verifyLogin(token, late)).status).toBe(status);
};

export async function clientsTellNoTime(server: TestServer): Promise<void> {
  const { account, app } = await enrolled(server);
  const future = server.totp(app.secret, 20);
  const login = await server.beginLogin(account.user);
  const headers = { 'content-type': 'application/json', date: server.timeIn(600) };
  const body = JSON.stringify({ ephemeral_token: login, code: future });
  const reply = await server.send('POST', '/login/verify/', { headers, body });
  expect(reply.body.code).toBe('invalid_code');
}

export async function mailedCodesEnd(server: TestServer): Promise<void> {
  const account = await server.signUp();
  await server.enrolEmail(account);
  const login = await server.beginLogin(account.user);
  const code = server.inbox.lastCode(account.user.email);
  server.clock.advance({ seconds: 600 });
  expect((await server.verifyLogin(login, code)).body.code).toBe('invalid_code');
}

export async function mailedCodesBelongToOneChallenge(server: TestServer): Promise<void> {
  const account = await server.signUp();
  await server.enrolEmail(account);
  await server.beginLogin(account.user);
  const code = server.inbox.lastCode(account.user.email);
  server.clock.advance({ seconds: 31 });
  const other = await server.beginLogin(account.user);
  expect((await server.verifyLogin(other, code)).body.code).toBe('invalid_code');
}

export async function anotherCodeEndsTheOneBefore(server: TestServer): Promise<void> {
  const account = await server.signUp();
  await server.enrolEmail(account);
  const login = await server.beginLogin(account.user);
  const first = server.inbox.lastCode(account.user.email);
  server.clock.advance({ seconds: 31 });
  await server.post('/login/resend/', { ephemeral_token: login });
  expect((await server.verifyLogin(login, first)).body.code).toBe('invalid_code');
  const second = server.inbox.lastCode(account.user.email);
  expect((await server.verifyLogin(login, second)).status).toBe(200);
}

export async function textedCodesEndAndWorkOnce(server: TestServer): Promise<void> {
  const account = await server.signUp();
  await enrolSms(server, account);
  const late = await server.beginLogin(account.user);
  const ended = await textedCode(server);
  server.clock.advance({ seconds: 600 });
  expect((await server.verifyLogin(late, ended)).status).toBe(400);
  const login = await server.beginLogin(account.user);
  const code = await textedCode(server);
  expect(code).toMatch(/^\d{6}$/);
  expect((await server.verifyLogin(login, code)).status).toBe(200);
  server.clock.advance({ seconds: 31 });
  const next = await server.beginLogin(account.user);
  expect((await server.verifyLogin(next, code)).body.code).toBe('invalid_code');
}

export async function noFactorSendsCodes(server: TestServer): Promise<void> {
  const { body } = await server.get('/mfa/handlers/');
  expect(body).not.toEqual([]);
  for (const { requires_dispatch } of body) expect(requires_dispatch).toBe(false);
}

export async function telephonesAreProven(server: TestServer): Promise<void> {
  const account = await server.signUp();
  const set = { method: 'sms', phone_number: '+4917099999' };
  expect((await server.post('/mfa/', set, account.access)).status).toBe(201);
  // Nothing counts until the code has come back.
  expect((await server.login(account.user)).body.mfa_enabled).toBe(false);
  server.clock.advance({ seconds: 31 });
  await enrolSms(server, account);
  expect((await server.login(account.user)).body.method).toBe('sms');
}
