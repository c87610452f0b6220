import { type Enrolled, enrolled, enrolSms, textedCode } from '../support/accounts.js';
import { type TestServer } from '../support/preset-server.js';

/** Right once in a million times. */
const WRONG = '000000';

/** Ten wrong codes, over two sign-ins. */
async function guessTenTimes(server: TestServer, { account }: Enrolled): Promise<void> {
  for (let login = 0; login < 2; login++) {
    const token = await server.beginLogin(account.user);
    for (let guess = 0; guess < 5; guess++) await server.verifyLogin(token, WRONG);
  }
}

export async function failuresAddUp(server: TestServer): Promise<void> {
  const holder = await enrolled(server);
  await guessTenTimes(server, holder);
  const fresh = await server.beginLogin(holder.account.user);
  const right = await server.verifyLogin(fresh, server.totp(holder.app.secret));
  expect(right.body.code).toBe('method_locked');
}

export async function anotherCodeRefillsNothing(server: TestServer): Promise<void> {
  const account = await server.signUp();
  await enrolSms(server, account);
  const token = await server.beginLogin(account.user);
  for (let guess = 0; guess < 4; guess++) await server.verifyLogin(token, WRONG);
  server.clock.advance({ seconds: 31 });
  await server.post('/login/resend/', { ephemeral_token: token });
  await server.verifyLogin(token, WRONG);
  const right = await server.verifyLogin(token, await textedCode(server));
  expect(right.body.code).toBe('attempts_exhausted');
}

export async function oneFactorForgivesNoOther(server: TestServer): Promise<void> {
  const holder = await enrolled(server);
  await enrolSms(server, holder.account);
  await guessTenTimes(server, holder);
  const token = await server.beginLogin(holder.account.user);
  await server.post('/login/change-method/', { ephemeral_token: token, new_method: 'sms' });
  expect((await server.verifyLogin(token, await textedCode(server))).status).toBe(200);
  const next = await server.beginLogin(holder.account.user);
  const right = await server.verifyLogin(next, server.totp(holder.app.secret));
  expect(right.body.code).toBe('method_locked');
}

export async function sendsAreLimited(server: TestServer): Promise<void> {
  const account = await server.signUp();
  await server.post('/mfa/', { method: 'email' }, account.access);
  const again = await server.post('/mfa/', { method: 'email' }, account.access);
  expect(again.body.code).toBe('send_too_soon');
  expect(again.headers.get('retry-after')).not.toBeNull();
}
