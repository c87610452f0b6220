import {
  addressOf,
  changeToken,
  confirmChange,
  freeAddress,
  signUpConfirmed,
} from '../../support/email-change.js';
import { type Reply } from '../../support/http-client.js';
import { mailedToken } from '../../support/route-bodies.js';
import { newestNotMeToken, noticesTo } from '../../support/security-emails.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

const THIEFS = 'the password of a thief';
const NEW_PASSWORD = 'a third horse battery';
const CHANGED = /address of your account was changed/;
const SECURED = /Your account is secured/;

let server: TestServer;
let account: SignedIn;
let thief: SignedIn;
let theirs: string;
beforeAll(async () => {
  server = await startServer({ EMAIL_VERIFICATION: 'link' }, { races: true });
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await signUpConfirmed(server);
  const { access, refresh } = (await server.login(account.user)).body;
  thief = { user: account.user, access, refresh };
  theirs = freeAddress();
});

/** Changes the address in a session. */
async function move(session: SignedIn, email: string): Promise<void> {
  server.clock.advance({ seconds: 31 });
  expect((await confirmChange(server, await changeToken(server, session, email))).status).toBe(200);
}

async function repudiate(token: string): Promise<Reply> {
  const reply = await server.post('/repudiate/', { token });
  expect(reply.status).toBe(200);
  return reply;
}

const tokenAt = (email: string, subject = CHANGED) => newestNotMeToken(server, { email }, subject);

/** Asks for a link of a reset at an address. @returns how the reset is answered; null without a link */
async function reset(email: string, old_password?: string): Promise<Reply | null> {
  const page = '/account/reset-password';
  const linksTo = async () =>
    (await noticesTo(server, { email })).filter(({ text }) => text.includes(`${page}#`)).length;
  const before = await linksTo();
  server.clock.advance({ seconds: 61 });
  await server.post('/password/reset/', { email });
  if ((await linksTo()) === before) return null;
  const token = mailedToken(server, email, page);
  const body = { token, new_password: NEW_PASSWORD, old_password };
  return server.post('/password/reset/confirm/', body);
}

describe('"this was not me" about an address', () => {
  it('puts back the address of before, ends the sessions and freezes the password', async () => {
    await move(thief, theirs);
    const { body } = await repudiate(await tokenAt(account.user.email));
    expect(body.undone).toMatchObject([{ type: 'email_changed', factor: null, is_undone: true }]);
    expect(await addressOf(server, account.user)).toBe(account.user.email);
    expect((await server.get('/user/', thief.access)).status).toBe(401);
    expect((await server.login(account.user)).body.code).toBe('invalid_credentials');
    const mails = await noticesTo(server, account.user);
    expect(mails.filter(({ subject }) => SECURED.test(subject))).toHaveLength(1);
    expect((await noticesTo(server, { email: theirs })).map(({ subject }) => subject)).toEqual([
      'Please confirm your new e-mail address',
    ]);
  });

  it('leads to a reset at that address alone, which asks for the former password too', async () => {
    await move(thief, theirs);
    await repudiate(await tokenAt(account.user.email));
    expect(await reset(theirs)).toBeNull();
    const alone = await reset(account.user.email);
    expect([alone?.status, alone?.body.errors]).toEqual([
      400,
      { old_password: ['This field is required.'] },
    ]);
    const own = await reset(account.user.email, account.user.password);
    expect([own?.status, own?.body.user.email]).toEqual([200, account.user.email]);
  });

  it('takes back a password that was reset by the mailbox of the thief', async () => {
    await move(thief, theirs);
    const reply = await reset(theirs);
    expect(reply?.status).toBe(200);
    await repudiate(await tokenAt(account.user.email));
    const theirsAgain = await reset(account.user.email, NEW_PASSWORD);
    expect(theirsAgain?.body.code).toBe('invalid_credentials');
    expect((await reset(account.user.email, account.user.password))?.status).toBe(200);
  });

  it('goes back behind all addresses of the thief, and no later link brings one back', async () => {
    const next = freeAddress();
    await move(thief, theirs);
    await move(thief, next);
    const [first, last] = [await tokenAt(account.user.email), await tokenAt(theirs)];
    await repudiate(first);
    expect(await addressOf(server, account.user)).toBe(account.user.email);
    await repudiate(last);
    expect(await addressOf(server, account.user)).toBe(account.user.email);
    expect(await reset(theirs)).toBeNull();
  });

  it('takes back what the same session did before the notice of something else', async () => {
    const change = { old_password: account.user.password, new_password: THIEFS };
    expect((await server.post('/password/change/', change, thief.access)).status).toBe(200);
    const told = await tokenAt(account.user.email, /password was changed/);
    await move(thief, theirs);
    await repudiate(told);
    expect(await addressOf(server, account.user)).toBe(account.user.email);
    expect((await reset(account.user.email, account.user.password))?.status).toBe(200);
  });

  it('leaves an address that its owner has chosen in another session', async () => {
    const change = { old_password: account.user.password, new_password: THIEFS };
    await move(account, theirs);
    server.clock.advance({ seconds: 31 });
    await server.post('/password/change/', change, thief.access);
    await repudiate(await tokenAt(theirs, /password was changed/));
    expect(await addressOf(server, account.user)).toBe(theirs);
  });

  it('ends a change that the thief has only asked for', async () => {
    const change = { old_password: account.user.password, new_password: THIEFS };
    await server.post('/password/change/', change, thief.access);
    const told = await tokenAt(account.user.email, /password was changed/);
    const token = await changeToken(server, thief, theirs);
    await repudiate(told);
    expect((await confirmChange(server, token)).body.code).toBe('invalid_token');
    expect(await addressOf(server, account.user)).toBe(account.user.email);
  });

  it('leaves no address where somebody else has confirmed the former one since', async () => {
    await move(thief, theirs);
    const told = await tokenAt(account.user.email);
    const other = await signUpConfirmed(server);
    await move(other, account.user.email);
    const { body } = await repudiate(told);
    expect(body.undone).toMatchObject([{ type: 'email_changed', is_undone: false }]);
    expect(await addressOf(server, account.user)).toBeNull();
    expect(await addressOf(server, other.user)).toBe(account.user.email);
    expect(await reset(theirs)).toBeNull();
  });

  it('takes the former address from those who have not confirmed it', async () => {
    await move(thief, theirs);
    const told = await tokenAt(account.user.email);
    const squatter = await server.post('/registration/', {
      username: `squatter-of-${account.user.username}`,
      email: account.user.email,
      password: THIEFS,
    });
    expect(squatter.status).toBe(201);
    await repudiate(told);
    expect(await addressOf(server, account.user)).toBe(account.user.email);
    expect(await addressOf(server, squatter.body.user)).toBeNull();
  });
});
