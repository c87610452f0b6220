import { type DataSource } from 'typeorm';
import { OutboxWorker } from '../../../src/mfa/index.js';
import { PasswordReset } from '../../../src/server/account/passwords/password-reset.js';
import { Mailer } from '../../../src/server/delivery/mail/mailer.js';
import { type Reply } from '../../support/http-client.js';
import { notMeTokenIn, noticesTo } from '../../support/security-emails.js';
import { expectProblem, INVALID_TOKEN } from '../../support/problems.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';
import { tally } from '../../support/tally.js';

const LINK = 'Choose a new password';
const NEW_PASSWORD = 'another horse battery';
const OWNER = '192.0.2.1';
const HOUR_SECONDS = 3600;
const BEHIND_A_PROXY = { TRUSTED_PROXIES: '127.0.0.1' };

let server: TestServer;
let account: SignedIn;

beforeAll(async () => {
  server = await startServer(BEHIND_A_PROXY, { races: true });
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
});

/** Asks for a link from an address. */
async function request(from = OWNER, email = account.user.email, to = server): Promise<Reply> {
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': from };
  return to.send('POST', '/password/reset/', { headers, body: JSON.stringify({ email }) });
}

/** Has what was asked for recorded: the next one shall not overtake it. */
const settle = (of = server) => of.app.get(PasswordReset, { strict: false }).settled();

/** The tokens of all links that were mailed to the account, the oldest first. */
async function tokens(): Promise<string[]> {
  const mails = await noticesTo(server, account.user);
  return mails
    .filter(({ subject }) => subject === LINK)
    .map(({ text }) => String(/reset-password#(\S+)$/m.exec(text)?.[1]));
}

async function linkFrom(address: string): Promise<string> {
  await request(address);
  return String((await tokens()).at(-1));
}

const confirm = (token = '', new_password = NEW_PASSWORD) =>
  server.post('/password/reset/confirm/', { token, new_password });

const countRequests = async (of: DataSource, userId: string): Promise<number> => {
  const events = `SELECT 1 FROM mfa_events WHERE user_id = $1 AND type = 'password_reset_requested'`;
  return (await of.query<unknown[]>(events, [userId])).length;
};

const strangers = (count: number) => Array.from({ length: count }, (_, i) => `198.51.100.${i}`);

describe('who is counted', () => {
  it('is the account that is found, however its address is written', async () => {
    const { email } = account.user;
    const fullWidth = email.replace(/[a-z]/g, (letter) =>
      String.fromCharCode(letter.charCodeAt(0) + 0xfee0),
    );
    const typed = [email, email.toUpperCase(), fullWidth, fullWidth.toUpperCase()];
    const spellings = [...typed, ` ${email}`, `${email}\u00a0`];
    for (const spelling of [...spellings, ...spellings]) {
      const { status, body } = await request(OWNER, spelling);
      expect([status, body]).toEqual([200, { detail: 'Password reset e-mail has been sent.' }]);
      await settle();
    }
    expect((await request('198.51.100.1', email.replace('@', ' @'))).status).toBe(200);
    expect(await tokens()).toHaveLength(3);
    expect(await countRequests(server.dataSource, account.user.id)).toBe(3);
  });

  it.each([
    ['an IPv4 address', '203.0.113.5', '203.0.113.5', '203.0.113.6'],
    ['a /56 of IPv6', '2001:db8:0:1100::1', '2001:db8:0:11ff::2', '2001:db8:0:1200::1'],
  ])('is %s among the askers, three times an hour', async (_, one, same, other) => {
    for (const from of [one, same, one, same]) {
      await request(from);
      await settle();
    }
    expect(await tokens()).toHaveLength(3);
    await request(other);
    expect(await tokens()).toHaveLength(4);
    server.clock.advance({ seconds: HOUR_SECONDS });
    await request(one);
    expect(await tokens()).toHaveLength(5);
  });
});

describe('many askers', () => {
  it('have ten links mailed in an hour, over two servers', async () => {
    const sibling = await server.startSibling(BEHIND_A_PROXY, { races: true });
    const both = [server, sibling];
    const replies = strangers(50).map((from, i) => request(from, account.user.email, both[i % 2]));
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual(Array(50).fill(200));
    for (const one of both) await settle(one);
    expect(await tokens()).toHaveLength(10);
    expect(await countRequests(server.dataSource, account.user.id)).toBe(10);
    await sibling.stop();
    server.clock.advance({ seconds: HOUR_SECONDS });
    await request();
    expect(await tokens()).toHaveLength(11);
  });

  it('neither void the link of the owner nor keep one from them', async () => {
    const own = await linkFrom(OWNER);
    for (const from of strangers(20)) await request(from);
    await settle();
    expect(await tokens()).toHaveLength(10);
    expect((await confirm(own)).status).toBe(200);
    // Void links count no more: there is room for the owner again.
    expect(await confirm(await linkFrom(OWNER), 'a third horse battery')).toMatchObject({
      status: 200,
    });
  });

  it('leave a link that works whenever the owner is refused, also with a shorter life', async () => {
    const sibling = await server.startSibling({
      ...BEHIND_A_PROXY,
      PASSWORD_RESET_TOKEN_EXPIRY: '300',
    });
    for (const from of strangers(20)) await request(from, account.user.email, sibling);
    await settle(sibling);
    server.clock.advance({ seconds: 299 });
    await request(OWNER, account.user.email, sibling);
    await settle(sibling);
    const [, ...others] = await tokens();
    expect(others).toHaveLength(9);
    server.clock.advance({ seconds: 1 });
    await request(OWNER, account.user.email, sibling);
    await settle(sibling);
    expect((await confirm((await tokens()).at(-1))).status).toBe(200);
    await sibling.stop();
  });

  it('do not keep a frozen owner out', async () => {
    await server.enrolApp(account);
    const mails = await noticesTo(server, account.user);
    const token = notMeTokenIn(mails.at(-1) ?? { text: '' });
    for (const from of strangers(20)) await request(from);
    await settle();
    const before = await tokens();
    expect((await server.post('/repudiate/', { token })).status).toBe(200);
    expectProblem(await confirm(before.at(-1)), INVALID_TOKEN);
    // The only method was what was taken back, so the password of before is asked for as well.
    const passwords = { old_password: account.user.password, new_password: NEW_PASSWORD };
    const link = await linkFrom(OWNER);
    const reset = await server.post('/password/reset/confirm/', { token: link, ...passwords });
    expect(reset.status).toBe(200);
  });
});

describe('a link', () => {
  it('works after a newer one was asked for, once, and all others end with it', async () => {
    const [older, middle, newer] = [
      await linkFrom(OWNER),
      await linkFrom(OWNER),
      await linkFrom(OWNER),
    ];
    expect(new Set([older, middle, newer]).size).toBe(3);
    expect((await confirm(middle)).status).toBe(200);
    for (const token of [older, middle, newer]) {
      expectProblem(await confirm(token, 'yet another battery'), INVALID_TOKEN);
    }
    expect((await server.login({ ...account.user, password: NEW_PASSWORD })).status).toBe(200);
  });

  it('is one of several that are used at once', async () => {
    if (!server.isConcurrent) return;
    const links = [await linkFrom(OWNER), await linkFrom(OWNER), await linkFrom(OWNER)];
    const uses = [...links, ...links, ...links].map((token) => confirm(token));
    expect(await tally(uses)).toEqual({ ok: 1, invalid_token: 8 });
  });

  it('lives from the request, and not from the mailing', async () => {
    await request();
    await settle();
    server.clock.advance({ seconds: 1800 });
    const [token] = await tokens();
    const mail = (await noticesTo(server, account.user)).at(-1);
    expect(mail?.text).toContain('works once, for 30 minutes');
    server.clock.advance({ seconds: 1799 });
    expect((await confirm(token, 'short')).body.code).toBe('validation_failed');
    server.clock.advance({ seconds: 1 });
    expectProblem(await confirm(token), INVALID_TOKEN);
  });

  it('is not mailed once it is over', async () => {
    await request();
    await settle();
    server.clock.advance({ seconds: HOUR_SECONDS });
    expect(await tokens()).toEqual([]);
  });

  it('is the same one where a mail is sent again', async () => {
    await request();
    await settle();
    const mailer = server.app.get(Mailer);
    const send = mailer.send.bind(mailer);
    mailer.send = async (mail) => {
      await send(mail);
      mailer.send = send;
      throw new Error('The answer of the mail server was lost.');
    };
    await server.app.get(OutboxWorker).runOnce();
    server.clock.advance({ seconds: 300 });
    const mailed = (await tokens()).map(jtiOf);
    expect(mailed).toHaveLength(2);
    expect(new Set(mailed).size).toBe(1);
    const rows = 'SELECT 1 FROM password_reset_links WHERE user_id = $1';
    expect(await server.dataSource.query(rows, [account.user.id])).toHaveLength(1);
  });
});

function jtiOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).jti;
}
