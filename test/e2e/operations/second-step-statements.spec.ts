import { countCommits, logStatements, rowStatements } from '../../support/statement-log.js';
import { enrolKey, SECURITY_KEYS } from '../../support/security-keys.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

let server: TestServer;
let account: SignedIn;

beforeAll(async () => {
  server = await startServer(SECURITY_KEYS);
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
});

/** The second steps that are not most of the load, each with all before it done. */
const STEPS: Readonly<Record<string, () => Promise<() => Promise<unknown>>>> = {
  'sending a code at login': async () => {
    await server.enrolApp(account);
    await server.enrolEmail(account);
    const ephemeral_token = await server.beginLogin(account.user);
    return () => server.post('/login/change-method/', { ephemeral_token, new_method: 'email' });
  },
  'a sent code': async () => {
    await server.enrolEmail(account);
    const token = await server.beginLogin(account.user);
    return () => server.verifyLogin(token, server.inbox.lastCode(account.user.email));
  },
  'an answer of a security key': async () => {
    const key = await enrolKey(server, account);
    const { ephemeral_token, challenge } = (await server.login(account.user)).body;
    return () => server.post('/login/verify/', { ephemeral_token, credential: key.get(challenge) });
  },
  'a step-up': async () => {
    const { secret } = await server.enrolApp(account);
    const { body } = await server.post('/step-up/', {}, account.access);
    const { ephemeral_token } = body;
    return () => server.post('/step-up/verify/', { ephemeral_token, code: server.totp(secret) });
  },
};

describe('the statements of the second step', () => {
  it.each([
    ['sending a code at login', 4, 3],
    ['a sent code', 3, 3],
    ['an answer of a security key', 2, 2],
    ['a step-up', 4, 2],
  ])('for %s: %i round trips, %i commits', async (name, roundTrips, commits) => {
    const step = await STEPS[name]?.();
    let answer: unknown;
    const statements = await logStatements(async () => (answer = await step?.()));
    expect(answer).toMatchObject({ status: 200 });
    expect(rowStatements(statements)).toHaveLength(roundTrips);
    expect(countCommits(statements)).toBe(commits);
  });
});
