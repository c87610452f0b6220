import { noticesTo } from '../../support/security-emails.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

const TIMES = 22;
/** The next try comes at most an hour after the hour. */
const TWO_HOURS = [{ seconds: 3600 }, { seconds: 3600 }];

let server: TestServer;
let account: SignedIn;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
  await server.deliverEvents();
  server.inbox.messages.length = 0;
});

/** Opens a session by the password alone. @returns its refresh token */
async function signIn(userAgent: string): Promise<string> {
  const { username, password } = account.user;
  const { body } = await server.send('POST', '/login/', {
    headers: { 'content-type': 'application/json', 'user-agent': userAgent },
    body: JSON.stringify({ username, password }),
  });
  return body.refresh;
}

async function told(subject: string): Promise<number> {
  const mails = await noticesTo(server, account.user);
  return mails.filter((mail) => mail.subject === subject).length;
}

/** Beyond the 20 of an hour the others follow. */
async function expectAllTold(subject: string): Promise<void> {
  expect(await told(subject)).toBe(20);
  for (const hour of TWO_HOURS) {
    server.clock.advance(hour);
    await server.deliverEvents();
  }
  expect(await told(subject)).toBe(TIMES);
}

describe('a thief of the password silences', () => {
  it('no end of a session whose refresh token came back', async () => {
    const spent: string[] = [];
    for (let time = 0; time < TIMES; time++) {
      const refresh = await signIn('known');
      await server.post('/token/refresh/', { refresh });
      spent.push(refresh);
    }
    server.clock.advance({ seconds: 3600 });
    for (const refresh of spent) await server.post('/token/refresh/', { refresh });
    await expectAllTold('A session of your account was ended for safety');
  });

  it('no sign-in with a new device', async () => {
    for (let time = 0; time < TIMES; time++) {
      server.clock.advance({ seconds: 1 });
      await signIn(`Made-up-${'x'.repeat(time)}`);
      await server.deliverEvents();
    }
    await expectAllTold('Your account was signed in to from a new device');
  });
});
