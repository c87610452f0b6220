import { SystemRandomSource } from '../../../src/mfa/index.js';
import { generateKeys } from '../../../src/server/config/keys/generate-keys.js';
import {
  askAgain,
  emailEventsOf,
  isVerified,
  mailsTo,
  VERIFY_PAGE,
} from '../../support/email-confirmation.js';
import { BROKEN_PAYLOADS, spoiltBodies } from '../../support/nasty-bodies.js';
import { mailedToken } from '../../support/route-bodies.js';
import { expectFaults, expectProblem, INVALID_TOKEN } from '../../support/problems.js';
import {
  KEYS,
  type SignedIn,
  startServer,
  type TestServer,
  type TestUser,
} from '../../support/server.js';

const DAY_SECONDS = 86_400;
const NEW_PASSWORD = 'another horse battery';

const subjectsTo = async (server: TestServer, user: Pick<TestUser, 'email'>) =>
  (await mailsTo(server, user)).map(({ subject }) => subject);

describe('a server that asks for no confirmation', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  it('is as if there were none: no mail, no member, no route, no page', async () => {
    const account = await server.signUp();
    expect(await mailsTo(server, account.user)).toEqual([]);
    expect((await server.get('/user/', account.access)).body).not.toHaveProperty('email_verified');
    expect((await askAgain(server, account)).status).toBe(404);
    expect((await server.post('/email/verify/', { token: 'x' })).status).toBe(404);
    expect((await server.get(`/${VERIFY_PAGE}`)).status).toBe(404);
    const { body } = await server.get('//api/docs-json');
    expect(Object.keys(body.paths).filter((path) => path.includes('/email/'))).toEqual([]);
    expect(body.components.schemas.UserResponse.properties).not.toHaveProperty('email_verified');
  });
});

describe('an address that is confirmed by a link', () => {
  let server: TestServer;
  let account: SignedIn;
  beforeAll(async () => {
    server = await startServer(
      { EMAIL_VERIFICATION: 'link', TRUSTED_PROXIES: '127.0.0.1' },
      { races: true },
    );
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    await server.dataSource.query('DELETE FROM mfa_send_budgets');
    account = await server.signUp();
  });

  const token = async (user: TestUser = account.user) => {
    await server.deliverEvents();
    return mailedToken(server, user.email, VERIFY_PAGE);
  };
  const verify = (given: string) => server.post('/email/verify/', { token: given });
  const change = (set: string, { id }: TestUser = account.user) =>
    server.dataSource.query(`UPDATE users SET ${set} WHERE id = $1`, [id]);

  it('has a link that lives from the request on, and none once that is over', async () => {
    await server.deliverEvents();
    account = await server.signUp();
    server.inbox.failOnce();
    await server.deliverEvents();
    server.clock.advance({ seconds: 5400 });
    const [late] = await mailsTo(server, account.user);
    expect(late?.text).toContain('once, for 22 hours');
    const given = await token();
    server.clock.advance({ seconds: DAY_SECONDS - 5400 });
    expectProblem(await verify(given), INVALID_TOKEN);
    account = await server.signUp();
    server.inbox.failOnce();
    await server.deliverEvents();
    server.clock.advance({ seconds: DAY_SECONDS });
    expect(await mailsTo(server, account.user)).toEqual([]);
  });

  it('is confirmed once, and shown so', async () => {
    expect(await isVerified(server, account)).toBe(false);
    const [mail, ...others] = await mailsTo(server, account.user);
    expect(others).toEqual([]);
    expect(mail?.subject).toBe('Please confirm your e-mail address');
    expect(mail?.text).toContain('If you did not ask for this, ignore it');
    expect(mail?.text).toContain('once, for 24 hours');
    const given = await token();
    expect(mail?.html).toContain(`href="http://localhost:3000${VERIFY_PAGE}#${given}"`);
    const reply = await verify(given);
    expect([reply.status, reply.body]).toEqual([
      200,
      { detail: 'The e-mail address is verified.' },
    ]);
    expect(await isVerified(server, account)).toBe(true);
    expect((await server.login(account.user)).body.user.email_verified).toBe(true);
    expectProblem(await verify(given), INVALID_TOKEN);
    expect(await emailEventsOf(server, account.user)).toEqual([
      'email_verification_requested',
      'email_verified',
    ]);
  });

  it('is told of in the document', async () => {
    const { body } = await server.get('//api/docs-json');
    const { properties, required } = body.components.schemas.UserResponse;
    expect(properties.email_verified.type).toBe('boolean');
    expect(required).toContain('email_verified');
    const page = await server.get(`/${VERIFY_PAGE}`);
    expect(page.text).toContain('action="/api/auth/email/verify/"');
  });

  it('gets nothing but that until then: no notice, no reset, no code', async () => {
    const { user, access } = account;
    await server.enrolApp(account);
    expectFaults(await server.post('/mfa/', { method: 'email' }, access), {
      method: ['The e-mail address of this account must be verified first.'],
    });
    const reset = await server.post('/password/reset/', { email: user.email });
    const { body } = await server.post('/password/reset/', { email: 'nobody@example.org' });
    expect([reset.status, reset.body]).toEqual([200, body]);
    const passwords = { old_password: user.password, new_password: NEW_PASSWORD };
    expect((await server.post('/password/change/', passwords, access)).status).toBe(200);
    expect(await subjectsTo(server, user)).toEqual(['Please confirm your e-mail address']);
    const byAddress = { email: user.email, password: NEW_PASSWORD };
    expect((await server.post('/login/', byAddress)).body.mfa_enabled).toBe(true);
  });

  it('gets all of it afterwards', async () => {
    const { user } = account;
    await verify(await token());
    await server.enrolApp(account);
    await server.enrolEmail(account);
    server.clock.advance({ seconds: 60 });
    await server.post('/password/reset/', { email: user.email });
    expect((await subjectsTo(server, user)).sort()).toEqual([
      'A second factor was added to your account',
      'A second factor was added to your account',
      'Choose a new password',
      'Please confirm your e-mail address',
      expect.stringMatching(/^Your verification code \(\d\d:\d\d:\d\d UTC\)$/),
    ]);
  });

  it('learns nothing afterwards of what happened before', async () => {
    await server.enrolApp(account);
    await verify(await token());
    expect(await subjectsTo(server, account.user)).toEqual(['Please confirm your e-mail address']);
  });

  it('is confirmed by any of the links that were sent, and the others are dead then', async () => {
    const first = await token();
    server.clock.advance({ seconds: 1 });
    expect((await askAgain(server, account)).body.detail).toBe(
      'Verification e-mail has been sent.',
    );
    const second = await token();
    expect(second).not.toBe(first);
    expect((await verify(first)).status).toBe(200);
    expectProblem(await verify(second), INVALID_TOKEN);
    expect((await askAgain(server, account)).body.detail).toBe('The e-mail address is verified.');
  });

  it('is confirmed once by many at once', async () => {
    const given = await token();
    const replies = await Promise.all(Array.from({ length: 8 }, () => verify(given)));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(400)]);
    expect(await emailEventsOf(server, account.user)).toHaveLength(2);
  });

  it.each([
    ['another address', `email = 'other.' || email, email_key = 'other.' || email_key`],
    ['a disabled account', 'disabled_at = now()'],
    ['no address', 'email = NULL, email_key = NULL'],
  ])('is not confirmed for %s', async (_, set) => {
    const given = await token();
    await change(set);
    expectProblem(await verify(given), INVALID_TOKEN);
    expect(await emailEventsOf(server, account.user)).toEqual(['email_verification_requested']);
  });

  it('confirms nobody else, whoever has the address by now', async () => {
    const given = await token();
    const thief = await server.signUp();
    await change('email = NULL, email_key = NULL');
    const { email } = account.user;
    await change(`email = '${email}', email_key = '${email}'`, thief.user);
    expectProblem(await verify(given), INVALID_TOKEN);
    expect(await isVerified(server, thief)).toBe(false);
  });

  it('is confirmed within a day', async () => {
    const given = await token();
    server.clock.advance({ seconds: DAY_SECONDS - 1 });
    expect((await verify(given)).status).toBe(200);
    account = await server.signUp();
    const late = await token();
    server.clock.advance({ seconds: DAY_SECONDS });
    expectProblem(await verify(late), INVALID_TOKEN);
  });

  it('is asked for again after 30 seconds, by whoever is signed in', async () => {
    expect((await server.post('/email/verification/')).status).toBe(401);
    await askAgain(server, account);
    server.clock.advance({ seconds: 29 });
    const tooSoon = [429, 'send_too_soon', 'A mail was sent a moment ago.'] as const;
    expectProblem(await askAgain(server, account), tooSoon, { retry_after: 1 });
    server.clock.advance({ seconds: 1 });
    expect((await askAgain(server, account)).status).toBe(200);
    await change('email = NULL');
    expectFaults(await askAgain(server, account), {
      email: ['This account has no e-mail address.'],
    });
  });

  it('is asked for five times an hour at most, whatever address it is', async () => {
    for (let i = 0; i < 5; i++) {
      await change(`email = 'a${i}.' || email`);
      expect((await askAgain(server, account)).status).toBe(200);
      await server.deliverEvents();
      server.clock.advance({ seconds: 30 });
    }
    await change(`email = 'last.' || email`);
    const limit = [429, 'send_limit', 'Too many mails were sent.'] as const;
    expectProblem(await askAgain(server, account), limit, { retry_after: 3600 - 150 });
  });

  describe('three mails a day', () => {
    const mails = async () => (await mailsTo(server, account.user)).length;
    const sendAll = async () => {
      for (let i = 0; i < 2; i++) {
        await server.deliverEvents();
        server.clock.advance({ seconds: 30 });
        expect((await askAgain(server, account)).status).toBe(200);
      }
      expect(await mails()).toBe(3);
    };
    const registerAgain = async () => {
      await server.dataSource.query('DELETE FROM users WHERE email = $1', [account.user.email]);
      const { username, email, password } = account.user;
      return server.post('/registration/', { username, email, password });
    };

    it('are all that an address gets, whatever accounts it is given for', async () => {
      await sendAll();
      const limit = [429, 'send_limit', 'Too many mails were sent.'] as const;
      const left = { retry_after: DAY_SECONDS - 60 };
      expectProblem(await askAgain(server, account), limit, left);
      expect((await registerAgain()).status).toBe(201);
      expect(await mails()).toBe(3);
      server.clock.advance({ seconds: DAY_SECONDS - 61 });
      expect((await registerAgain()).status).toBe(201);
      expect(await mails()).toBe(3);
      server.clock.advance({ seconds: 1 });
      expect((await registerAgain()).status).toBe(201);
      expect(await mails()).toBe(4);
    });

    it('are counted in whatever case the address is written', async () => {
      await sendAll();
      await change('email = upper(email)');
      expect((await askAgain(server, account)).body.code).toBe('send_limit');
    });

    it('are counted under every key of the ring', async () => {
      await sendAll();
      const { MFA_SECRET_KEYS } = KEYS;
      const newer = generateKeys(new SystemRandomSource()).MFA_SECRET_KEYS;
      const ring = `${newer},${MFA_SECRET_KEYS}`;
      const sibling = await server.startSibling({
        EMAIL_VERIFICATION: 'link',
        MFA_SECRET_KEYS: ring,
      });
      expect((await askAgain(sibling, account)).body.code).toBe('send_limit');
      await sibling.stop();
    });

    it('start anew once one is answered', async () => {
      await sendAll();
      await verify(await token());
      await change('email_verified_at = NULL');
      server.clock.advance({ seconds: 30 });
      expect((await askAgain(server, account)).status).toBe(200);
      expect(await mails()).toBe(4);
    });

    it('count one once that had to be sent again', async () => {
      await server.dataSource.query('DELETE FROM email_confirmations');
      server.inbox.failAlways();
      for (let i = 0; i < 4; i++) {
        await server.deliverEvents();
        server.clock.advance({ seconds: 60 });
      }
      server.inbox.recover();
      expect(await mails()).toBe(1);
      const count = 'SELECT count(*)::int AS mails FROM email_confirmations';
      expect(await server.dataSource.query(count)).toEqual([{ mails: 1 }]);
    });
  });

  it('is written to by one network 30 times an hour at most, and the account is there', async () => {
    const open = (n: number, ip: string) =>
      server.send('POST', '/registration/', {
        headers: { 'content-type': 'application/json', 'x-forwarded-for': ip },
        body: JSON.stringify({
          username: `net${n}`,
          email: `net${n}@example.org`,
          password: NEW_PASSWORD,
        }),
      });
    for (let n = 0; n < 31; n++) expect((await open(n, `2001:db8::${n}`)).status).toBe(201);
    await open(31, '2001:db8:0:100::1');
    await server.deliverEvents();
    const written = server.inbox.messages.filter(({ to }) => to.startsWith('net'));
    expect(written.map(({ to }) => to)).not.toContain('net30@example.org');
    expect(written).toHaveLength(31);
  });

  it('comes in the language of the client that registered', async () => {
    const details = { username: 'heidi', email: 'heidi@example.org', password: NEW_PASSWORD };
    const headers = { 'content-type': 'application/json', 'accept-language': 'de' };
    await server.send('POST', '/registration/', { headers, body: JSON.stringify(details) });
    expect(await subjectsTo(server, details)).toEqual(['Bitte bestätigen Sie Ihre E-Mail-Adresse']);
  });
});

describe('the routes that confirm an address', () => {
  it.each(['link', 'code'])('answer no body with a fault of their own: %s', async (mode) => {
    const server = await startServer({ EMAIL_VERIFICATION: mode });
    const { access } = await server.signUp();
    const broken = BROKEN_PAYLOADS.map(([, payload]) => payload);
    const good = { code: '123456', token: 'eyJ.eyJ.x' };
    for (const { contentType, body } of [...broken, ...spoiltBodies(good)]) {
      for (const path of ['/email/verify/', '/email/verification/']) {
        const { status } = await server.send('POST', path, {
          headers: {
            authorization: `Bearer ${access}`,
            ...(contentType !== null && { 'content-type': contentType }),
          },
          body,
        });
        if (status >= 500) throw new Error(`${path} answers ${status} to ${body.toString()}`);
      }
    }
    await server.stop();
  });
});

describe('a server that begins to ask', () => {
  it('takes nobody as confirmed, and whoever the operator marks', async () => {
    const before = await startServer();
    const account = await before.signUp();
    const server = await before.startSibling({ EMAIL_VERIFICATION: 'link' });
    expect(await isVerified(server, account)).toBe(false);
    await server.dataSource.query(
      'UPDATE users SET email_verified_at = now() WHERE email IS NOT NULL AND email_verified_at IS NULL',
    );
    expect(await isVerified(server, account)).toBe(true);
    await server.stop();
    await before.stop();
  });
});
