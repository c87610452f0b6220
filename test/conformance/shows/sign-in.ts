import {
  claimsOf,
  enrolKey,
  enrolled,
  resetPassword,
  signIn,
  subjectsTo,
} from '../support/accounts.js';
import { type TestServer } from '../support/preset-server.js';

export async function noRouteAroundTheFactor(server: TestServer): Promise<void> {
  const { account } = await enrolled(server);
  expect((await server.login(account.user)).body).not.toHaveProperty('access');
  expect(await resetPassword(server, account.user.email)).not.toHaveProperty('access');
}

export async function everySignInAsksAgain(server: TestServer): Promise<void> {
  const holder = await enrolled(server);
  expect(await signIn(server, holder)).toHaveProperty('access');
  const again = await server.login(holder.account.user);
  expect(again.body).toMatchObject({ mfa_enabled: true, method: 'app' });
  expect(again.headers.get('set-cookie')).toBeNull();
}

export async function strangersLearnNothing(server: TestServer): Promise<void> {
  const { account } = await enrolled(server);
  const disabled = await server.register();
  await server.disable(disabled);
  const answers = [
    await server.login({ ...account.user, password: 'wrong' }),
    await server.login({ username: 'nobody', password: 'wrong' }),
    await server.login(disabled),
  ];
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  const resets = [
    await server.post('/password/reset/', { email: account.user.email }),
    await server.post('/password/reset/', { email: 'nobody@example.org' }),
  ];
  expect(new Set(resets.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
}

export async function wrongCodeIsTold(server: TestServer): Promise<void> {
  const { account } = await enrolled(server);
  await server.verifyLogin(await server.beginLogin(account.user), '000000');
  expect(await subjectsTo(server, account.user.email)).toContain('A wrong second factor was given');
}

export async function accessSaysHow(server: TestServer): Promise<void> {
  const { access } = await signIn(server, await enrolled(server));
  expect(claimsOf(access)['amr']).toEqual(['pwd', 'otp', 'mfa']);
}

export async function keysResistPhishing(server: TestServer): Promise<void> {
  const account = await server.signUp();
  const key = await enrolKey(server, account);
  const answerWith = async (conduct: object) => {
    const { body } = await server.login(account.user);
    const { ephemeral_token, challenge } = body;
    const credential = key.get(challenge, conduct);
    return (await server.post('/login/verify/', { ephemeral_token, credential })).status;
  };
  expect(await answerWith({ origin: 'http://localhost.evil.test' })).toBe(400);
  expect(await answerWith({ rpId: 'evil.test' })).toBe(400);
  expect(await answerWith({ isPresent: false })).toBe(400);
  expect(await answerWith({})).toBe(200);
}

export async function keysSayWhetherTheyKnewTheirPerson(server: TestServer): Promise<void> {
  const account = await server.signUp();
  const key = await enrolKey(server, account);
  const amrWhen = async (isVerified: boolean) => {
    const { body } = await server.login(account.user);
    const { ephemeral_token, challenge } = body;
    const credential = key.get(challenge, { isVerified });
    const proven = await server.post('/login/verify/', { ephemeral_token, credential });
    return claimsOf(proven.body.access)['amr'];
  };
  expect(await amrWhen(false)).toEqual(['pwd', 'pop', 'user', 'mfa']);
  expect(await amrWhen(true)).toEqual(['pwd', 'pop', 'user', 'uv', 'mfa']);
}

export async function keyChallengesAreLong(server: TestServer): Promise<void> {
  const account = await server.signUp();
  const draw = async () =>
    (await server.post('/mfa/', { method: 'webauthn', label: 'Key' }, account.access)).body
      .setup_data.challenge;
  const [one, other] = [await draw(), await draw()];
  expect(Buffer.from(one, 'base64url').length).toBeGreaterThanOrEqual(32);
  expect(one).not.toBe(other);
}

export async function shortPasswordsAreRefused(server: TestServer): Promise<void> {
  const newcomer = { username: 'brief', email: 'brief@example.org' };
  const short = await server.post('/registration/', { ...newcomer, password: 'a1!b2?c' });
  expect(short.body.code).toBe('validation_failed');
  const long = await server.post('/registration/', { ...newcomer, password: 'a1!b2?cd' });
  expect(long.status).toBe(201);
}
