import { jest } from '@jest/globals';
import { MfaError } from '../../../src/mfa/index.js';
import { PasswordReset } from '../../../src/server/account/passwords/password-reset.js';
import { PasswordRows } from '../../../src/server/account/passwords/password-rows.js';
import { PasswordHasher } from '../../../src/server/identity/password-hasher.js';
import { UsersService } from '../../../src/server/identity/users.service.js';
import { payloadOf } from '../../support/forged-tokens.js';
import { type Reply } from '../../support/http-client.js';
import { noticesTo } from '../../support/security-emails.js';
import {
  expectFaults,
  expectProblem,
  INVALID_TOKEN,
  type Problem,
  REQUIRED,
} from '../../support/problems.js';
import { mailedToken } from '../../support/route-bodies.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

const NEW_PASSWORD = 'another horse battery';
const WRONG_OLD: Problem = [400, 'invalid_credentials', 'The old password is not right.'];
const TOO_SHORT = 'This password is too short. It must contain at least 8 characters.';
const OWN_NAME = 'This password is the username or the email address.';
const HOUR_SECONDS = 3600;
const LINK = 'Choose a new password';

let server: TestServer;
let account: SignedIn;

beforeAll(async () => {
  server = await startServer({}, { races: true });
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
});

const change = (old_password: string, new_password = NEW_PASSWORD, access = account.access) =>
  server.post('/password/change/', { old_password, new_password }, access);

const request = (email: string) => server.post('/password/reset/', { email });
const confirm = (token: string, new_password = NEW_PASSWORD) =>
  server.post('/password/reset/confirm/', { token, new_password });

const subjects = async () => (await noticesTo(server, account.user)).map(({ subject }) => subject);
const update = (set: string) =>
  server.dataSource.query(`UPDATE users SET ${set} WHERE id = $1`, [account.user.id]);

/** Asks for a link and reads it in the mail. */
async function linkToken(): Promise<string> {
  await request(account.user.email);
  await server.deliverEvents();
  return mailedToken(server, account.user.email, '/account/reset-password');
}

async function expectPassword(password: string): Promise<void> {
  const logins = [account.user.password, NEW_PASSWORD].map(async (tried) => {
    const { status } = await server.login({ ...account.user, password: tried });
    return status === 200 ? [tried] : [];
  });
  expect((await Promise.all(logins)).flat()).toEqual([password]);
}

describe('changing the password', () => {
  it('takes the old one, and from then on the new one alone signs in', async () => {
    const reply = await change(account.user.password);
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({ detail: 'New password has been saved.' });
    await expectPassword(NEW_PASSWORD);
    expect(await subjects()).toContain('Your password was changed');
  });

  it('is done again where it was done in this session, and no other is', async () => {
    const { password } = account.user;
    expect((await change(password, NEW_PASSWORD)).status).toBe(200);
    const other = String(
      (await server.login({ ...account.user, password: NEW_PASSWORD })).body.access,
    );
    expect((await change(password, NEW_PASSWORD)).status).toBe(200);
    expectProblem(await change(password, 'a third horse battery'), WRONG_OLD);
    expectProblem(await change('wrong', NEW_PASSWORD), WRONG_OLD);
    expectProblem(await change(password, NEW_PASSWORD, other), WRONG_OLD);
    await expectPassword(NEW_PASSWORD);
  });

  it('ends the other sessions and every open challenge', async () => {
    const { secret } = await server.enrolApp(account);
    const open = await server.beginLogin(account.user);
    const other = await server.verifyLogin(
      await server.beginLogin(account.user),
      server.totp(secret),
    );
    const { body } = await server.post('/step-up/', {}, account.access);
    server.clock.advance({ seconds: 30 });
    expect((await change(account.user.password)).status).toBe(200);
    const code = server.totp(secret);
    const stepUp = { ephemeral_token: body.ephemeral_token, code };
    expectProblem(await server.verifyLogin(open, code), INVALID_TOKEN);
    expectProblem(await server.post('/step-up/verify/', stepUp), INVALID_TOKEN);
    expect((await server.get('/user/', other.body.access)).status).toBe(401);
    expect((await server.get('/user/', account.access)).status).toBe(200);
  });

  it('ends the session after ten wrong old ones, and locks nothing else', async () => {
    for (let i = 0; i < 10; i++) expectProblem(await change('wrong'), WRONG_OLD);
    const { access, refresh, user } = account;
    expect((await change(user.password)).status).toBe(401);
    expect((await server.get('/user/', access)).status).toBe(401);
    expect((await server.post('/token/refresh/', { refresh })).status).toBe(401);
    const { body } = await server.login(user);
    expect((await change(user.password, NEW_PASSWORD, body.access)).status).toBe(200);
  });

  it('counts no right one, and none of others', async () => {
    const other = await server.signUp();
    for (let i = 0; i < 4; i++) await change('wrong');
    expect((await change(account.user.password, NEW_PASSWORD)).status).toBe(200);
    for (let i = 0; i < 5; i++) expectProblem(await change('wrong'), WRONG_OLD);
    expect((await server.get('/user/', account.access)).status).toBe(200);
    expectProblem(await change('wrong'), WRONG_OLD);
    expect((await server.get('/user/', account.access)).status).toBe(401);
    expect((await change(other.user.password, NEW_PASSWORD, other.access)).status).toBe(200);
  });

  it('counts old ones and the passwords of step-ups together', async () => {
    for (let i = 0; i < 5; i++) await change('wrong');
    const { body } = await server.post('/step-up/', {}, account.access);
    const proof = { ephemeral_token: body.ephemeral_token, password: 'wrong' };
    for (let i = 0; i < 5; i++) await server.post('/step-up/verify/', proof);
    expect((await server.get('/user/', account.access)).status).toBe(401);
  });

  it.each([
    ['hashed', () => jest.spyOn(server.app.get(PasswordHasher, { strict: false }), 'hash')],
    ['written', () => jest.spyOn(server.app.get(PasswordRows, { strict: false }), 'change')],
  ])('counts no right one where the new one cannot be %s', async (_, breakOf) => {
    for (let i = 0; i < 9; i++) await change('wrong');
    const broken = breakOf().mockRejectedValueOnce(new MfaError('rate_limited'));
    expect((await change(account.user.password)).body.code).toBe('rate_limited');
    broken.mockRestore();
    expect((await change(account.user.password)).status).toBe(200);
  });

  it('says what is wrong with the new one, and counts nothing for it', async () => {
    const { username, email } = account.user;
    const faults: [password: string, text: string][] = [
      ['short', TOO_SHORT],
      ['x'.repeat(1025), 'Ensure this field has no more than 1024 characters.'],
      [email.toUpperCase(), OWN_NAME],
    ];
    for (const [password, text] of faults) {
      expectFaults(await change('wrong', password), { new_password: [text] });
    }
    expectFaults(await change('wrong', username), { new_password: [TOO_SHORT, OWN_NAME] });
    for (let i = 0; i < 5; i++) expectProblem(await change('wrong'), WRONG_OLD);
  });

  it('asks for both, as texts', async () => {
    const reply = await server.post('/password/change/', {}, account.access);
    expectFaults(reply, { old_password: REQUIRED, new_password: REQUIRED });
    for (const value of [7, ['password'], null]) {
      const body = { old_password: value, new_password: NEW_PASSWORD };
      const { status } = await server.post('/password/change/', body, account.access);
      expect(status).toBe(400);
    }
  });

  it('is nothing for an account without a password', async () => {
    await update('password_hash = NULL');
    expectProblem(await change(account.user.password), WRONG_OLD);
  });
});

describe('asking for a new password', () => {
  /** All that could tell one answer from another. */
  function tracesOf({ status, text, headers }: Reply): unknown {
    const changing = ['date', 'keep-alive', 'x-request-id'];
    return [status, text, [...headers].filter(([name]) => !changing.includes(name))];
  }

  it('answers the same for every address, and before anything is mailed', async () => {
    const { email } = account.user;
    await server.deliverEvents();
    const mails = server.inbox.messages.length;
    const replies = [
      await request(email),
      await request('nobody@example.org'),
      await request('no address'),
      await request('no\0body@example.org'),
    ];
    expect(replies[0]?.body).toEqual({ detail: 'Password reset e-mail has been sent.' });
    expect(new Set(replies.map((reply) => JSON.stringify(tracesOf(reply)))).size).toBe(1);
    expect(server.inbox.messages).toHaveLength(mails);
    await server.deliverEvents();
    const added = server.inbox.messages.slice(mails);
    expect(added.map(({ to }) => to)).toEqual([email]);
  });

  it('does not wait for the account to be looked for', async () => {
    const users = server.app.get(UsersService, { strict: false });
    let found: () => void = () => {};
    const search = jest.spyOn(users, 'findByEmail').mockImplementation(async () => {
      await new Promise<void>((resolve) => (found = resolve));
      return users.findById(account.user.id);
    });
    expect((await request(account.user.email)).status).toBe(200);
    expect(search).toHaveBeenCalledTimes(1);
    found();
    expect(await subjects()).toEqual([LINK]);
    search.mockRestore();
  });

  it('mails a link with the token behind its #', async () => {
    await request(account.user.email.toUpperCase());
    const mail = (await noticesTo(server, account.user)).at(-1);
    const token = mailedToken(server, account.user.email, '/account/reset-password');
    expect(mail?.subject).toBe('Choose a new password');
    for (const text of [mail?.text, mail?.html]) {
      expect(text).toContain(`http://localhost:3000/account/reset-password#${token}`);
    }
    expect(mail?.text).toContain('works once, for 60 minutes');
  });

  it('does not wait while another holds the account', async () => {
    if (!server.isConcurrent) return;
    const { id, email } = account.user;
    await server.dataSource.transaction(async (manager) => {
      await manager.query('SELECT 1 FROM users WHERE id = $1 FOR UPDATE', [id]);
      expect((await request(email)).status).toBe(200);
    });
    expect(await subjects()).toEqual([LINK]);
  });

  it.each([
    ['is disabled', 'disabled_at = created_at'],
    ['has no password', 'password_hash = NULL'],
  ])('mails nothing to a person who %s', async (_, set) => {
    await update(set);
    await request(account.user.email);
    expect(await subjects()).toEqual([]);
  });

  it('speaks German to a person who signed in in German', async () => {
    const { username, password, email } = account.user;
    const headers = { 'content-type': 'application/json', 'accept-language': 'de-CH, en;q=0.5' };
    await server.send('POST', '/login/', { headers, body: JSON.stringify({ username, password }) });
    expect((await confirm(await linkToken())).status).toBe(200);
    const mails = await noticesTo(server, { email });
    const [asked, told] = mails.slice(-2);
    expect(asked?.subject).toBe('Wählen Sie ein neues Passwort');
    expect(asked?.text).toMatch(/^Guten Tag,/);
    expect(told?.subject).toBe('Ihr Passwort wurde zurückgesetzt');
  });
});

describe('choosing a new password', () => {
  it('signs a user without a second factor in, and ends all other sessions', async () => {
    const reply = await confirm(await linkToken());
    expect(reply.status).toBe(200);
    const { id, username, email } = account.user;
    expect(reply.body).toEqual({
      access: expect.any(String),
      refresh: expect.any(String),
      access_expiration: server.timeIn(300),
      refresh_expiration: server.timeIn(7 * 86_400),
      user: { id, username, email, first_name: '', last_name: '' },
      mfa_enabled: false,
    });
    expect((await server.get('/user/', reply.body.access)).status).toBe(200);
    const { refresh } = account;
    expect((await server.post('/token/refresh/', { refresh })).status).toBe(401);
    expect((await server.get('/user/', account.access)).status).toBe(401);
    await expectPassword(NEW_PASSWORD);
    expect(await subjects()).toContain('Your password was reset');
  });

  it('asks a user with a second factor for that, and gives no tokens before', async () => {
    const { secret } = await server.enrolApp(account);
    const open = await server.beginLogin(account.user);
    const { status, body } = await confirm(await linkToken());
    expect(status).toBe(200);
    expect(body).toEqual({
      ephemeral_token: expect.any(String),
      method: 'app',
      mfa_enabled: true,
      methods: [{ name: 'app', display_name: 'Authenticator app' }],
      expires_at: server.timeIn(900),
      challenge: null,
    });
    expectProblem(await server.verifyLogin(open, server.totp(secret)), INVALID_TOKEN);
    const verified = await server.verifyLogin(body.ephemeral_token, server.totp(secret));
    expect(verified.status).toBe(200);
    expect(payloadOf(verified.body.access)['amr']).toContain('mfa');
    expect(payloadOf(verified.body.access)['amr']).not.toContain('pwd');
  });

  it('takes a token once', async () => {
    const token = await linkToken();
    expect((await confirm(token)).status).toBe(200);
    expectProblem(await confirm(token, 'yet another battery'), INVALID_TOKEN);
    await expectPassword(NEW_PASSWORD);
  });

  it('takes it for an hour', async () => {
    const token = await linkToken();
    server.clock.advance({ seconds: HOUR_SECONDS - 1 });
    expectFaults(await confirm(token, 'short'), { new_password: [TOO_SHORT] });
    server.clock.advance({ seconds: 1 });
    expectProblem(await confirm(token), INVALID_TOKEN);
  });

  it('takes none from before a change of the password, mailed or still to be mailed', async () => {
    const token = await linkToken();
    await request(account.user.email);
    await server.app.get(PasswordReset, { strict: false }).settled();
    await change(account.user.password);
    expectProblem(await confirm(token, 'yet another battery'), INVALID_TOKEN);
    expect((await subjects()).filter((subject) => subject === LINK)).toHaveLength(1);
  });

  it('says what is wrong with the new password without spending the token', async () => {
    const token = await linkToken();
    expectFaults(await confirm(token, 'short'), { new_password: [TOO_SHORT] });
    expectFaults(await server.post('/password/reset/confirm/', {}), {
      token: REQUIRED,
      new_password: REQUIRED,
    });
    expectProblem(await confirm('garbage'), INVALID_TOKEN);
    expect((await confirm(token)).status).toBe(200);
  });

  it('lets a frozen user sign in again', async () => {
    await update('frozen_at = created_at');
    await expect(expectPassword(account.user.password)).rejects.toThrow();
    expect((await confirm(await linkToken())).body).toMatchObject({ mfa_enabled: false });
    await expectPassword(NEW_PASSWORD);
  });

  it('does nothing for a user who was disabled since', async () => {
    const token = await linkToken();
    await server.disable(account.user);
    expectProblem(await confirm(token), INVALID_TOKEN);
    await update('disabled_at = NULL');
    await expectPassword(account.user.password);
  });

  it('ends the lock of the old password', async () => {
    for (let i = 0; i < 6; i++) await change('wrong');
    const { body } = await confirm(await linkToken());
    expect((await change(NEW_PASSWORD, account.user.password, body.access)).status).toBe(200);
  });
});
