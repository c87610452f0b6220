import { askAgain, isVerified, mailsTo, VERIFY_PAGE } from '../../support/email-confirmation.js';
import { expectFaults, expectProblem, INVALID_TOKEN } from '../../support/problems.js';
import { startServer, type TestServer, type TestUser } from '../../support/server.js';

const PASSWORD = 'correct horse battery';
const TAKEN = { email: ['A user is already registered with this email address.'] };

let accounts = 0;

/** Opens an account with an address that others may have given too. */
async function register(server: TestServer, email: string): Promise<TestUser> {
  const details = { username: `claimant${++accounts}`, email, password: PASSWORD };
  const { status, body } = await server.post('/registration/', details);
  expect(status).toBe(201);
  return { id: String(body.user.id), ...details };
}

/** The tokens of the links that went to an address, the oldest first. */
async function tokensTo(server: TestServer, email: string): Promise<string[]> {
  const mails = await mailsTo(server, { email });
  return mails.map(({ text }) => String(new RegExp(`${VERIFY_PAGE}#(\\S+)`).exec(text)?.[1]));
}

describe('an address that nobody has confirmed', () => {
  let server: TestServer;
  let email: string;
  beforeAll(async () => {
    server = await startServer({ EMAIL_VERIFICATION: 'link' }, { races: true });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    await server.dataSource.query('DELETE FROM mfa_send_budgets');
    email = `victim${++accounts}@example.org`;
  });

  const confirm = (token = '') => server.post('/email/verify/', { token });
  const signIn = async ({ username }: TestUser) => ({
    access: String((await server.login({ username, password: PASSWORD })).body.access),
  });

  it('is whose who confirms it first, and nobody else has it then', async () => {
    const thief = await register(server, email);
    const [thiefs] = await tokensTo(server, email);
    const owner = await register(server, email.toUpperCase());
    const [owners] = await tokensTo(server, email.toUpperCase());
    expect((await confirm(owners)).status).toBe(200);
    expectProblem(await confirm(thiefs), INVALID_TOKEN);
    const byAddress = await server.post('/login/', { email, password: PASSWORD });
    expect(byAddress.body.user).toMatchObject({ id: owner.id, email_verified: true });
    const session = await signIn(thief);
    expect((await server.get('/user/', session.access)).body).toMatchObject({
      email: '',
      email_verified: false,
    });
    expectFaults(await askAgain(server, session), {
      email: ['This account has no e-mail address.'],
    });
    const late = { username: 'late', email, password: PASSWORD };
    expectFaults(await server.post('/registration/', late), TAKEN);
  });

  it('is one account’s where two confirm it at once', async () => {
    const claimants = [await register(server, email), await register(server, email)];
    const tokens = await tokensTo(server, email);
    const replies = await Promise.all(tokens.map(confirm));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 400]);
    const verified = await Promise.all(
      claimants.map(async (claimant) => isVerified(server, await signIn(claimant))),
    );
    expect(verified.sort()).toEqual([false, true]);
  });

  it('signs in whoever gave it first, until somebody confirms it', async () => {
    const first = await register(server, email);
    await tokensTo(server, email);
    server.clock.advance({ seconds: 1 });
    const second = await register(server, email);
    const byAddress = { email, password: PASSWORD };
    expect((await server.post('/login/', byAddress)).body.user.id).toBe(first.id);
    expect((await confirm((await tokensTo(server, email)).at(-1))).status).toBe(200);
    expect((await server.post('/login/', byAddress)).body.user.id).toBe(second.id);
  });

  it('gets three mails a day, also of many accounts at once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => register(server, email)));
    expect(await mailsTo(server, { email })).toHaveLength(3);
  });
});

describe('an address that was given before the server asked', () => {
  it('was one account’s alone, and is whose who confirms it now', async () => {
    const before = await startServer();
    const email = 'ada@example.org';
    const first = await register(before, email);
    const late = { username: 'late', email, password: PASSWORD };
    expectFaults(await before.post('/registration/', late), TAKEN);
    const server = await before.startSibling({ EMAIL_VERIFICATION: 'link' });
    const owner = await register(server, email);
    const { body } = await server.post('/login/', { email, password: PASSWORD });
    expect(body.user.id).toBe(first.id);
    const [token] = await tokensTo(server, email);
    expect((await server.post('/email/verify/', { token })).status).toBe(200);
    const reply = await server.post('/login/', { email, password: PASSWORD });
    expect(reply.body.user).toMatchObject({ id: owner.id, email_verified: true });
    await server.stop();
    await before.stop();
  });
});
