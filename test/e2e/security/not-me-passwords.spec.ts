import { jest } from '@jest/globals';
import { MfaError } from '../../../src/mfa/index.js';
import { PasswordReset } from '../../../src/server/account/passwords/password-reset.js';
import { PasswordRows } from '../../../src/server/account/passwords/password-rows.js';
import { PasswordHasher } from '../../../src/server/identity/password-hasher.js';
import { type Reply } from '../../support/http-client.js';
import { newestNotMeToken, noticesTo } from '../../support/security-emails.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';
import { tally } from '../../support/tally.js';

const THIEFS = 'the password of a thief';
const THIEFS_NEXT = 'another one of a thief';
const NEW_PASSWORD = 'a third horse battery';

let server: TestServer;
let account: SignedIn;

beforeAll(async () => {
  server = await startServer({}, { races: true });
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
});

/** The token of the newest mail with this subject. */
async function tokenOf(subject: RegExp): Promise<string> {
  return newestNotMeToken(server, account.user, subject);
}

async function repudiate(token: string): Promise<Reply> {
  const reply = await server.post('/repudiate/', { token });
  expect(reply.status).toBe(200);
  return reply;
}

const repudiateNewest = async (subject: RegExp) => repudiate(await tokenOf(subject));

/** Asks for the link of a reset. @returns its token */
async function resetToken(): Promise<string | undefined> {
  server.clock.advance({ seconds: 61 });
  await server.post('/password/reset/', { email: account.user.email });
  await server.app.get(PasswordReset, { strict: false }).onModuleDestroy();
  const mails = await noticesTo(server, account.user);
  const mail = mails.findLast(({ subject }) => subject === 'Choose a new password');
  return /reset-password#(\S+)$/m.exec(mail?.text ?? '')?.[1];
}

/** Asks for the link of a reset, and uses it. */
async function reset(new_password: string, old_password?: string): Promise<Reply> {
  const token = await resetToken();
  return server.post('/password/reset/confirm/', { token, new_password, old_password });
}

const change = (old_password: string, new_password: string, access = account.access) =>
  server.post('/password/change/', { old_password, new_password }, access);

async function factors(): Promise<string[]> {
  const rows = await server.dataSource.query<{ handler: string }[]>(
    'SELECT handler FROM mfa_methods WHERE user_id = $1 AND is_active',
    [account.user.id],
  );
  return rows.map(({ handler }) => handler);
}

const codeOf = ({ status, body }: Reply) => [status, body.code];
const REFUSED = [400, 'invalid_credentials'];

describe('the password that a reset asks for after "not me"', () => {
  it('is the one of before, not what the mailbox alone has reset it to', async () => {
    await server.enrolApp(account);
    const token = await tokenOf(/second factor was added/);
    expect((await reset(THIEFS)).body).toMatchObject({ mfa_enabled: true });
    await repudiate(token);
    expect(await factors()).toEqual([]);
    expect(codeOf(await reset(NEW_PASSWORD, THIEFS))).toEqual(REFUSED);
    const own = await reset(NEW_PASSWORD, account.user.password);
    expect([own.status, own.body.mfa_enabled]).toEqual([200, false]);
  });

  it("is the owner's, where somebody has changed it and set up a factor", async () => {
    await change(account.user.password, THIEFS);
    await server.enrolApp(account);
    await repudiateNewest(/password was changed/);
    expect(await factors()).toEqual([]);
    expect(codeOf(await reset(NEW_PASSWORD, THIEFS))).toEqual(REFUSED);
    expect((await reset(NEW_PASSWORD, account.user.password)).status).toBe(200);
  });

  it('goes back behind all that was chosen since, and no later link brings that back', async () => {
    await server.enrolApp(account);
    const first = await tokenOf(/second factor was added/);
    await reset(THIEFS);
    await reset(THIEFS_NEXT);
    const last = await tokenOf(/password was reset/);
    await repudiate(first);
    await repudiate(last);
    for (const theirs of [THIEFS, THIEFS_NEXT]) {
      expect(codeOf(await reset(NEW_PASSWORD, theirs))).toEqual(REFUSED);
    }
    expect((await reset(NEW_PASSWORD, account.user.password)).status).toBe(200);
  });

  it('is the present one, where it was chosen before what was not theirs', async () => {
    await change(account.user.password, NEW_PASSWORD);
    await server.enrolApp(account);
    await repudiateNewest(/second factor was added/);
    expect(codeOf(await reset(THIEFS, account.user.password))).toEqual(REFUSED);
    expect((await reset(THIEFS, NEW_PASSWORD)).status).toBe(200);
  });

  it('is told by the order of events, whatever a clock says', async () => {
    await server.enrolApp(account);
    const token = await tokenOf(/second factor was added/);
    const sibling = await server.startSibling();
    sibling.clock.advance({ seconds: -3600 });
    const [served, reckless] = [server, sibling];
    server = reckless;
    expect((await reset(THIEFS)).status).toBe(200);
    server = served;
    await sibling.stop();
    await repudiate(token);
    expect(codeOf(await reset(NEW_PASSWORD, THIEFS))).toEqual(REFUSED);
  });
});

describe('a try at the password of before', () => {
  it('is given back unless the password is wrong, whatever is thrown', async () => {
    await server.enrolApp(account);
    await repudiateNewest(/second factor was added/);
    const token = await resetToken();
    const confirm = (old_password: string) =>
      server.post('/password/reset/confirm/', { token, new_password: NEW_PASSWORD, old_password });
    const hasher = server.app.get(PasswordHasher, { strict: false });
    const rows = server.app.get(PasswordRows, { strict: false });
    const crowded = new MfaError('rate_limited', { retryAfterSeconds: 1 });
    const failures = [
      () => jest.spyOn(hasher, 'verify').mockRejectedValueOnce(crowded),
      () => jest.spyOn(hasher, 'hash').mockRejectedValueOnce(crowded),
      () => jest.spyOn(rows, 'reset').mockRejectedValueOnce(new Error('The database is down.')),
    ];
    for (const fail of [...failures, ...failures]) {
      fail();
      expect((await confirm(account.user.password)).status).toBeGreaterThanOrEqual(429);
    }
    for (let wrong = 0; wrong < 4; wrong++) expect(codeOf(await confirm('wrong'))).toEqual(REFUSED);
    expect((await confirm(account.user.password)).status).toBe(200);
  });
});

describe('tries at the password of before', () => {
  const WRONG = 'not the password of before';
  const confirm = (token: string | undefined, old_password: string) =>
    server.post('/password/reset/confirm/', { token, new_password: NEW_PASSWORD, old_password });

  beforeEach(async () => {
    await server.enrolApp(account);
    await repudiateNewest(/second factor was added/);
  });

  it('are ten in an hour over all links, and then wait', async () => {
    const [first, second, third] = [await resetToken(), await resetToken(), await resetToken()];
    for (const token of [first, second]) {
      for (let tries = 0; tries < 5; tries++) {
        expect(codeOf(await confirm(token, WRONG))).toEqual(REFUSED);
      }
    }
    const refused = await confirm(third, account.user.password);
    expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited']);
    server.clock.advance({ seconds: refused.body.retry_after });
    const later = await confirm(await resetToken(), account.user.password);
    expect(later.status).toBe(200);
  });

  it('are counted over links that a freeze has made void, too', async () => {
    await reset(NEW_PASSWORD, account.user.password);
    const { body } = await server.login({ ...account.user, password: NEW_PASSWORD });
    await server.enrolApp({ access: body.access });
    const spent =
      'UPDATE password_reset_links SET password_attempts = 10, password_attempted_at = $2';
    const used = [account.user.id, server.clock.now()];
    await server.dataSource.query(`${spent} WHERE user_id = $1`, used);
    await repudiateNewest(/second factor was added/);
    expect((await reset(NEW_PASSWORD, NEW_PASSWORD)).body.code).toBe('rate_limited');
  });

  it('are no more than ten, however many come at once by several links', async () => {
    if (!server.isConcurrent) return;
    const links = [await resetToken(), await resetToken(), await resetToken()];
    const requests = links.flatMap((token) =>
      Array.from({ length: 5 }, () => confirm(token, WRONG)),
    );
    expect(await tally(requests)).toEqual({ invalid_credentials: 10, rate_limited: 5 });
  });

  it('make room for another link once those of one are used up', async () => {
    const links = [await resetToken(), await resetToken(), await resetToken()];
    expect(new Set([...links, await resetToken()]).size).toBe(3);
    for (let tries = 0; tries < 5; tries++) await confirm(links[0], WRONG);
    const another = await resetToken();
    expect(links).not.toContain(another);
    expect((await confirm(another, account.user.password)).status).toBe(200);
  });
});

describe('the link about a new password takes back', () => {
  const signIn = async (password: string) => {
    const { body } = await server.login({ ...account.user, password });
    return String(body.access);
  };

  it('a factor that was set up after a reset by mail', async () => {
    const { body } = await reset(THIEFS);
    await server.enrolApp({ access: body.access });
    const token = await tokenOf(/password was reset/);
    expect((await repudiate(token)).body.undone).toMatchObject([
      { type: 'method_activated', is_undone: true },
    ]);
    expect(await factors()).toEqual([]);
    expect(codeOf(await reset(NEW_PASSWORD, THIEFS))).toEqual(REFUSED);
  });

  it('a factor of a session that was opened with it, under another one by now', async () => {
    await change(account.user.password, THIEFS);
    const token = await tokenOf(/password was changed/);
    const theirs = await signIn(THIEFS);
    await change(THIEFS, THIEFS_NEXT, theirs);
    await server.enrolApp({ access: theirs });
    await repudiate(token);
    expect(await factors()).toEqual([]);
  });

  it('also by a link about what the session did before', async () => {
    await server.enrolEmail(account);
    const token = await tokenOf(/second factor was added/);
    await change(account.user.password, THIEFS);
    await server.post('/mfa/delete/', { method: 'email' }, account.access);
    const theirs = await signIn(THIEFS);
    await server.enrolApp({ access: theirs });
    await repudiate(token);
    expect(await factors()).toEqual([]);
  });

  it('the same after another link, which put the password of before back', async () => {
    await change(account.user.password, THIEFS);
    const first = await tokenOf(/password was changed/);
    await reset(NEW_PASSWORD);
    const other = await signIn(NEW_PASSWORD);
    await change(NEW_PASSWORD, THIEFS, other);
    const second = await tokenOf(/password was changed/);
    const theirs = await signIn(THIEFS);
    await change(THIEFS, THIEFS_NEXT, theirs);
    await server.enrolApp({ access: theirs });
    await repudiate(first);
    expect(await factors()).toEqual(['app']);
    await repudiate(second);
    expect(await factors()).toEqual([]);
  });

  it('nothing that the owner did once the password was reset again', async () => {
    await change(account.user.password, THIEFS);
    const token = await tokenOf(/password was changed/);
    const { body } = await reset(NEW_PASSWORD);
    await server.enrolApp({ access: body.access });
    await repudiate(token);
    expect(await factors()).toEqual(['app']);
  });
});
