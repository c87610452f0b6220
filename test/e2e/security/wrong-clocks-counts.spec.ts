import { noticesTo } from '../../support/security-emails.js';
import { renew } from '../../support/old-proof.js';
import { askAgain, mailsTo } from '../../support/email-confirmation.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

const HOUR_SECONDS = 3600;
const AHEAD_SECONDS = 2 * HOUR_SECONDS;
const RESET_LINK = 'Choose a new password';

describe('what a clock has counted that was ahead, and is right again', () => {
  let server: TestServer;
  let account: SignedIn;

  beforeAll(async () => {
    server = await startServer({ END_SESSIONS_ON_FACTOR_CHANGE: 'true' });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    account = await server.signUp();
  });

  const ahead = async <T>(work: () => Promise<T>): Promise<T> => {
    server.clock.advance({ seconds: AHEAD_SECONDS });
    const outcome = await work();
    server.clock.advance({ seconds: -AHEAD_SECONDS });
    return outcome;
  };
  const countMails = async (subject: string | RegExp) => {
    const mails = await noticesTo(server, account.user);
    return mails.filter((mail) => new RegExp(subject).test(mail.subject)).length;
  };
  const askForReset = () => server.post('/password/reset/', { email: account.user.email });

  it('is sent at once, where it waited', async () => {
    await ahead(askForReset);
    expect(await countMails(RESET_LINK)).toBe(1);
  });

  it('are links of resets of now: no more of them are sent, and for no longer', async () => {
    await ahead(async () => {
      for (let times = 0; times < 3; times++) {
        await askForReset();
        await server.deliverEvents();
      }
    });
    await askForReset();
    expect(await countMails(RESET_LINK)).toBe(3);
    server.clock.advance({ seconds: HOUR_SECONDS });
    await askForReset();
    expect(await countMails(RESET_LINK)).toBe(4);
  });

  it('are notices of now', async () => {
    await server.enrolApp(account);
    const fail = async () => {
      await server.verifyLogin(await server.beginLogin(account.user), '000000');
      return countMails(/wrong second factor/);
    };
    expect(await ahead(fail)).toBe(1);
    expect(await fail()).toBe(1);
    server.clock.advance({ seconds: HOUR_SECONDS });
    expect(await fail()).toBe(2);
  });

  it('are sessions of before a change of factors, which end with the others', async () => {
    const strange = await ahead(() => server.login(account.user));
    await server.enrolApp(account);
    await server.deliverEvents();
    const { status } = await server.post('/token/refresh/', { refresh: strange.body.refresh });
    expect(status).toBe(401);
    const own = await server.post('/token/refresh/', { refresh: account.refresh });
    expect(own.status).toBe(200);
  });
});

describe('requests that were counted while a clock was ahead', () => {
  it('are forgotten with their minute: nobody waits for the hours of the clock', async () => {
    const server = await startServer({ RATE_LIMIT_PER_MINUTE: '3' });
    server.clock.advance({ seconds: AHEAD_SECONDS });
    const signIn = async () => (await server.login({ username: 'nobody', password: 'x' })).status;
    expect(await signIn()).toBe(400);
    server.clock.advance({ seconds: -AHEAD_SECONDS });
    expect([await signIn(), await signIn(), await signIn()]).toEqual([400, 400, 429]);
    server.clock.advance({ seconds: 60 });
    expect(await signIn()).toBe(400);
    await server.stop();
  });
});

describe('mails that confirm an address', () => {
  it('count as of now that a clock has counted which was ahead', async () => {
    const server = await startServer({ EMAIL_VERIFICATION: 'link' });
    server.clock.advance({ seconds: AHEAD_SECONDS });
    const account = await server.signUp();
    const count = async () => (await mailsTo(server, account.user)).length;
    const askUntilRefused = async () => {
      while ((await askAgain(server, account)).status === 200) {
        await server.deliverEvents();
        server.clock.advance({ seconds: 60 });
      }
      return count();
    };
    const most = await askUntilRefused();
    server.clock.advance({ seconds: -AHEAD_SECONDS });
    expect((await askAgain(server, account)).body.code).toBe('send_limit');
    expect(await count()).toBe(most);
    server.clock.advance({ seconds: 24 * HOUR_SECONDS });
    const { access } = await renew(server, account.refresh);
    expect((await askAgain(server, { access })).status).toBe(200);
    expect(await count()).toBe(most + 1);
    await server.stop();
  });
});
