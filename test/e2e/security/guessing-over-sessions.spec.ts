import { type Reply } from '../../support/http-client.js';
import { expectProblem, type Problem } from '../../support/problems.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

const LOCKED: Problem = [
  429,
  'session_locked',
  'Too many wrong proofs came from this session, or from all of yours together. Please sign in again, or prove another factor.',
];

let server: TestServer;
let account: SignedIn;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
});

/** Proves something in a new step-up of a session. */
async function stepUp({ access }: SignedIn, proof: object): Promise<Reply> {
  const { body } = await server.post('/step-up/', {}, access);
  return server.post('/step-up/verify/', { ephemeral_token: body.ephemeral_token, ...proof });
}

/** Gives a wrong old password. */
function guessPassword({ access }: SignedIn): Promise<Reply> {
  const passwords = { old_password: 'not the password', new_password: 'yet another password' };
  return server.post('/password/change/', passwords, access);
}

/** Another session of the same user. @param code where a second factor is active */
async function signedInAgain(code?: string): Promise<SignedIn> {
  const { user } = account;
  const reply =
    code === undefined
      ? await server.login(user)
      : await server.verifyLogin(await server.beginLogin(user), code);
  const { access, refresh } = reply.body;
  return { ...account, access, refresh };
}

/** All sessions of the account have guessed so often at the password. */
async function wearOut(failures: number): Promise<void> {
  await server.dataSource.query(
    `UPDATE mfa_session_attempts SET failures = $1
     WHERE user_id = $2 AND session_id = '*' AND factor = 'password'`,
    [failures, account.user.id],
  );
}

/** A session of the account takes requests. */
async function isLive({ access }: SignedIn): Promise<boolean> {
  return (await server.get('/user/', access)).status === 200;
}

describe('what all sessions of a person have guessed', () => {
  it('locks the password in each after a hundred, at a step-up and as the old one', async () => {
    const other = await signedInAgain();
    await guessPassword(account);
    await wearOut(98);
    expect((await guessPassword(account)).body.code).toBe('invalid_credentials');
    const wrong = { password: 'not the password' };
    expect((await stepUp(account, wrong)).body.code).toBe('invalid_code');
    expect([await isLive(account), await isLive(other)]).toEqual([false, true]);
    const right = { password: account.user.password };
    for (const session of [other, await signedInAgain()]) {
      const reply = await stepUp(session, right);
      expectProblem(reply, LOCKED, { retry_after: 900 });
      expect(reply.headers.get('retry-after')).toBe('900');
      expectProblem(await guessPassword(session), LOCKED, { retry_after: 900 });
    }
    server.clock.advance({ seconds: 900 });
    expect((await stepUp(await signedInAgain(), right)).status).toBe(200);
  });

  it('is forgiven by a right proof of the same factor', async () => {
    await guessPassword(account);
    await wearOut(99);
    const right = { password: account.user.password };
    expect((await stepUp(await signedInAgain(), right)).status).toBe(200);
    const sessions = [account, await signedInAgain()];
    for (const session of sessions) {
      expect((await guessPassword(session)).body.code).toBe('invalid_credentials');
      expect(await isLive(session)).toBe(true);
    }
  });

  it('leaves sign-in and the other factors alone, and no other factor makes it good', async () => {
    const { secret } = await server.enrolApp(account);
    await guessPassword(account);
    await wearOut(99);
    await guessPassword(account);
    expect(await isLive(account)).toBe(false);
    const session = await signedInAgain(server.totp(secret));
    expectProblem(await guessPassword(session), LOCKED, { retry_after: 900 });
    server.clock.advance({ seconds: 30 });
    const { status, body } = await stepUp(session, { code: server.totp(secret) });
    expect(status).toBe(200);
    const stillLocked = await guessPassword({ ...session, access: body.access });
    expectProblem(stillLocked, LOCKED, { retry_after: 870 });
  });
});

describe('guesses of a session at its password', () => {
  it('are not made good by another factor, however often it is proven', async () => {
    const { secret } = await server.enrolApp(account);
    for (let guesses = 0; guesses < 9; guesses++) {
      expect((await guessPassword(account)).body.code).toBe('invalid_credentials');
    }
    const { body } = await stepUp(account, { code: server.totp(secret) });
    account = { ...account, access: body.access };
    expect((await guessPassword(account)).body.code).toBe('invalid_credentials');
    expect(await isLive(account)).toBe(false);
  });
});
