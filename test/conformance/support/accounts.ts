import { mailedToken } from '../../support/route-bodies.js';
import { type EnrolledApp, type SignedIn } from '../../support/server.js';
import { SoftwareAuthenticator } from '../../support/software-authenticator.js';
import { type TestServer } from './preset-server.js';

/** Somebody whose `app` is active. */
export interface Enrolled {
  readonly account: SignedIn;
  readonly app: EnrolledApp;
}

/** A new user, whose `app` is active. */
export async function enrolled(server: TestServer): Promise<Enrolled> {
  const account = await server.signUp();
  const app = await server.enrolApp(account);
  return { account, app };
}

let numbers = 10_000_000;

/** Sets text messages up, with a telephone number that nobody has. @returns what the set-up answered */
export async function enrolSms(server: TestServer, { access }: Pick<SignedIn, 'access'>) {
  const set = { method: 'sms', phone_number: `+49170${++numbers}` };
  const { body } = await server.post('/mfa/', set, access);
  const proof = { method: 'sms', code: await textedCode(server) };
  const { status } = await server.post('/mfa/confirm/', proof, access);
  expect(status).toBe(200);
  server.clock.advance({ seconds: 31 });
  return body;
}

/** The code of the newest text message. */
export async function textedCode(server: TestServer): Promise<string> {
  const { body } = await server.get('//dev/mailbox.json');
  const texts: readonly { kind: string; text: string }[] = body;
  const newest = texts.find(({ kind }) => kind === 'text message');
  return /\b\d{6}\b/.exec(newest?.text ?? '')?.[0] ?? '';
}

/** A security key that is set up, in a browser on the page of the server. */
export async function enrolKey(server: TestServer, { access }: Pick<SignedIn, 'access'>) {
  const key = new SoftwareAuthenticator('http://localhost:3000');
  const { body } = await server.post('/mfa/', { method: 'webauthn', label: 'Key' }, access);
  const proof = { method: 'webauthn', credential: key.create(body.setup_data) };
  const { status } = await server.post('/mfa/confirm/', proof, access);
  expect(status).toBe(200);
  return key;
}

/** Subjects of the mails to somebody, of those about events too. */
export async function subjectsTo(server: TestServer, email: string): Promise<string[]> {
  await server.deliverEvents();
  return server.inbox.messages.filter(({ to }) => to === email).map(({ subject }) => subject);
}

/** What a reset of the password by mail answers. */
export async function resetPassword(server: TestServer, email: string) {
  const token = await resetTokenOf(server, email);
  const body = { token, new_password: 'quite another horse battery' };
  return (await server.post('/password/reset/confirm/', body)).body;
}

/** What the link of a mail that resets the password holds. */
export async function resetTokenOf(server: TestServer, email: string): Promise<string> {
  await server.post('/password/reset/', { email });
  await server.deliverEvents();
  return mailedToken(server, email, '/account/reset-password');
}

/** A sign-in with both factors. @returns its answer */
export async function signIn(server: TestServer, { account, app }: Enrolled) {
  const token = await server.beginLogin(account.user);
  const { body } = await server.verifyLogin(token, server.totp(app.secret));
  server.clock.advance({ seconds: 30 });
  return body;
}

/** The access token of a session that lives on while its last proof is too old for any preset. */
export async function accessWithOldProof(
  server: TestServer,
  { refresh }: Pick<SignedIn, 'refresh'>,
): Promise<string> {
  // No preset lets a session be idle for less than 900 seconds, nor a proof be older.
  server.clock.advance({ seconds: 290 });
  const { body } = await server.post('/token/refresh/', { refresh });
  server.clock.advance({ seconds: 840 });
  const renewed = await server.post('/token/refresh/', { refresh: body.refresh });
  return renewed.body.access;
}

/** What an access token says. */
export function claimsOf(access: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(access.split('.')[1] ?? '', 'base64url').toString());
}
