import { ACR } from '../../../src/mfa/index.js';
import {
  addressOf,
  askChange,
  CHANGE_PAGE,
  changeToken,
  confirmChange,
  countChanges,
  EMAIL_CHANGE_EVENTS,
  freeAddress,
  signUpConfirmed,
} from '../../support/email-change.js';
import { mailsTo } from '../../support/email-confirmation.js';
import { expectFreshProofAsked, outlastProof } from '../../support/old-proof.js';
import { expectFaults, expectProblem, INVALID_TOKEN } from '../../support/problems.js';
import { BROKEN_PAYLOADS, spoiltBodies } from '../../support/nasty-bodies.js';
import { mailedToken } from '../../support/route-bodies.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

const SENT = [200, { detail: 'Verification e-mail has been sent.' }];
const CHANGED = [200, { detail: 'The e-mail address has been changed.' }];
const TAKEN_MAIL = 'Your e-mail address was given for another account';

describe('a server that asks for no confirmation of addresses', () => {
  it('offers no other address: no route, no page, no member', async () => {
    const server = await startServer();
    const account = await server.signUp();
    expect((await askChange(server, account, freeAddress())).status).toBe(404);
    expect((await confirmChange(server, 'x')).status).toBe(404);
    expect((await server.get(`/${CHANGE_PAGE}`)).status).toBe(404);
    const { body } = await server.get('//api/docs-json');
    const { properties } = body.components.schemas.UserResponse;
    expect(properties).not.toHaveProperty('pending_email');
    await server.stop();
  });
});

describe('another address, by a link', () => {
  let server: TestServer;
  let account: SignedIn;
  let email: string;
  beforeAll(async () => {
    server = await startServer(
      { EMAIL_VERIFICATION: 'link', TRUSTED_PROXIES: '127.0.0.1' },
      { races: true },
    );
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    account = await signUpConfirmed(server);
    email = freeAddress();
  });

  const shown = async ({ access } = account) => (await server.get('/user/', access)).body;
  const answerOf = ({ status, body }: { status: number; body: object }) => [status, body];

  it("is the account's once its owner has followed the link, and not before", async () => {
    expect(answerOf(await askChange(server, account, email))).toEqual(SENT);
    expect(await shown()).toMatchObject({
      email: account.user.email,
      email_verified: true,
      pending_email: email,
    });
    const [mail] = await mailsTo(server, { email });
    expect(mail?.subject).toBe('Please confirm your new e-mail address');
    expect(mail?.text).toContain('The link works once, for one hour.');
    expect(mail?.text).not.toContain(account.user.email);
    const token = mailedToken(server, email, CHANGE_PAGE);
    expect(mail?.html).toContain(`href="http://localhost:3000${CHANGE_PAGE}#${token}"`);
    const page = await server.get(`/${CHANGE_PAGE}`);
    expect(page.text).toContain('action="/api/auth/email/change/confirm/"');
    expect(answerOf(await confirmChange(server, token))).toEqual(CHANGED);
    const now = await shown();
    expect(now).toMatchObject({ email, email_verified: true });
    expect(now).not.toHaveProperty('pending_email');
    const byAddress = await server.post('/login/', { email, password: account.user.password });
    expect(byAddress.body.user.id).toBe(account.user.id);
    const byOld = await server.login({ ...account.user, username: account.user.email });
    expect(byOld.body.code).toBe('invalid_credentials');
  });

  it('is told to the old address alone, with a link, and recorded once', async () => {
    const old = (await mailsTo(server, account.user)).length;
    const token = await changeToken(server, account, email);
    expect(await mailsTo(server, account.user)).toHaveLength(old);
    await confirmChange(server, token);
    const [notice, ...more] = (await mailsTo(server, account.user)).slice(old);
    expect(more).toEqual([]);
    expect(notice?.subject).toBe('The e-mail address of your account was changed');
    expect(notice?.text).toContain('/account/not-me#');
    expect(notice?.text).not.toContain(email);
    expect(await mailsTo(server, { email })).toHaveLength(1);
    const { body } = await server.get('/user/security-log/?limit=2', account.access);
    const types = body.results.map(({ type }: { type: string }) => type);
    expect(types.reverse()).toEqual([...EMAIL_CHANGE_EVENTS]);
  });

  it('is told of in the document, with examples', async () => {
    const { body } = await server.get('//api/docs-json');
    const { EmailChangeBody: asked, UserResponse: user } = body.components.schemas;
    expect(asked.properties.email).toMatchObject({ format: 'email', example: 'alice@example.net' });
    expect(user.properties.pending_email.example).toBe('alice@example.net');
    expect(user.required).not.toContain('pending_email');
    const operation = body.paths['/api/auth/email/change'].post;
    expect(Object.keys(operation.responses).sort()).toEqual(
      expect.arrayContaining(['200', '400', '401', '403', '429']),
    );
    const refusals = operation.responses['401'].content['application/problem+json'].examples;
    expect(Object.keys(refusals)).toContain('fresh_proof_required');
  });

  it('is said in the language of the reader', async () => {
    await server.send('POST', '/login/', {
      headers: { 'content-type': 'application/json', 'accept-language': 'de' },
      body: JSON.stringify({
        username: account.user.username,
        password: account.user.password,
      }),
    });
    await changeToken(server, account, email);
    const [mail] = await mailsTo(server, { email });
    expect(mail?.subject).toBe('Bitte bestätigen Sie Ihre neue E-Mail-Adresse');
    expect(mail?.text).toContain('statt seiner bisherigen');
  });

  it('is answered alike for an address that another account has, whose owner is told', async () => {
    const owner = await signUpConfirmed(server);
    const before = (await mailsTo(server, owner.user)).length;
    const taken = await askChange(server, account, owner.user.email.toUpperCase());
    const other = await signUpConfirmed(server);
    const free = await askChange(server, other, email);
    expect(answerOf(taken)).toEqual(answerOf(free));
    const headersOf = ({ headers }: { headers: Headers }) =>
      [...headers].filter(([name]) => !/^(date|x-request-id|x-ratelimit.*)$/.test(name));
    expect(headersOf(taken)).toEqual(headersOf(free));
    const pending = (one: SignedIn) => shown(one).then((user) => typeof user.pending_email);
    expect([await pending(account), await pending(other)]).toEqual(['string', 'string']);
    const mails = await mailsTo(server, { email: owner.user.email.toUpperCase() });
    expect(mails.map(({ subject }) => subject)).toEqual([TAKEN_MAIL]);
    expect(`${mails[0]?.text} ${mails[0]?.html}`).not.toMatch(/#|user\d/);
    expect(await mailsTo(server, owner.user)).toHaveLength(before);
    expect(await addressOf(server, owner.user)).toBe(owner.user.email);
  });

  it('asks for a fresh proof, as the password does, which a stolen session lacks', async () => {
    const stolen = await outlastProof(server, account);
    expectFreshProofAsked(await askChange(server, stolen, email), ACR.singleFactor);
    expect((await shown({ ...account, ...stolen })).pending_email).toBeUndefined();
    expect((await server.post('/email/change/', { email })).status).toBe(401);
    expect(await mailsTo(server, { email })).toEqual([]);
  });

  it('is no address that there is not, and not the present one', async () => {
    const malformed = { email: ['Enter a valid email address.'] };
    for (const bad of ['alice', 'a@b c', '"a"@example.org', 'a\n@example.org']) {
      expectFaults(await askChange(server, account, bad), malformed);
    }
    expectFaults(await askChange(server, account, account.user.email.toUpperCase()), {
      email: ['This is the address of the account already.'],
    });
    expect((await shown()).pending_email).toBeUndefined();
  });

  it('is none for an account of another first factor, which many may share', async () => {
    const provider = `UPDATE users SET provider = 'team' WHERE id = $1`;
    await server.dataSource.query(provider, [account.user.id]);
    const detail = 'This account has no e-mail address of its own.';
    expectProblem(await askChange(server, account, email), [403, 'forbidden', detail]);
    expect((await shown()).pending_email).toBeUndefined();
  });

  it('is the one that was asked for last: its link alone works', async () => {
    const first = await changeToken(server, account, email);
    server.clock.advance({ seconds: 30 });
    const next = freeAddress();
    const second = await changeToken(server, account, next);
    expect((await shown()).pending_email).toBe(next);
    expectProblem(await confirmChange(server, first), INVALID_TOKEN);
    expect(answerOf(await confirmChange(server, second))).toEqual(CHANGED);
    expectProblem(await confirmChange(server, second), INVALID_TOKEN);
    expect(await addressOf(server, account.user)).toBe(next);
    expect(await countChanges(server, account.user)).toBe(1);
  });

  it('has an hour from the request on', async () => {
    const token = await changeToken(server, account, email);
    server.clock.advance({ seconds: 3600 });
    expectProblem(await confirmChange(server, token), INVALID_TOKEN);
    const { access } = (await server.login(account.user)).body;
    expect((await shown({ ...account, access })).pending_email).toBeUndefined();
    const late = freeAddress();
    server.inbox.failOnce();
    await askChange(server, { access }, late);
    await server.deliverEvents();
    server.clock.advance({ seconds: 3600 });
    expect(await mailsTo(server, { email: late })).toEqual([]);
  });

  it('gives the same answer again where it was lost, and mails once', async () => {
    for (let i = 0; i < 2; i++) {
      expect(answerOf(await askChange(server, account, email))).toEqual(SENT);
    }
    expect(await mailsTo(server, { email })).toHaveLength(1);
    const other = freeAddress();
    const { status, body } = await askChange(server, account, other);
    expect([status, body.code]).toEqual([429, 'send_too_soon']);
    expect((await shown()).pending_email).toBe(email);
  });

  it('is paid for by the account, by the address and by the network', async () => {
    const askAgain = async (one: SignedIn, address: string) => {
      server.clock.advance({ seconds: 31 });
      const { status, body } = await askChange(server, one, address);
      return status === 200 ? 'ok' : body.code;
    };
    for (let i = 0; i < 3; i++) {
      expect(await askAgain(account, email)).toBe('ok');
      await server.deliverEvents();
    }
    const other = await signUpConfirmed(server);
    expect(await askAgain(other, email)).toBe('send_limit');
    const limit = 'UPDATE mfa_send_budgets SET sends = 30 WHERE key LIKE $1';
    expect(await askAgain(other, freeAddress())).toBe('ok');
    await server.dataSource.query(limit, ['email-verification:%']);
    expect(await askAgain(other, freeAddress())).toBe('send_limit');
    const third = await signUpConfirmed(server);
    for (let i = 0; i < 5; i++) expect(await askAgain(third, freeAddress())).toBe('ok');
    expect(await askAgain(third, freeAddress())).toBe('send_limit');
  });

  it('takes the address from accounts that have not confirmed it', async () => {
    const claimant = await server.post('/registration/', {
      username: email.split('@')[0],
      email,
      password: 'correct horse battery',
    });
    expect(claimant.status).toBe(201);
    const token = await changeToken(server, account, email);
    expect((await confirmChange(server, token)).status).toBe(200);
    expect(await addressOf(server, claimant.body.user)).toBeNull();
    expect(await addressOf(server, account.user)).toBe(email);
  });

  it('is given to an account whose address nobody has confirmed, which is told nothing', async () => {
    const fresh = await server.signUp();
    const before = (await mailsTo(server, fresh.user)).length;
    const old = mailedToken(server, fresh.user.email, '/account/verify-email');
    await confirmChange(server, await changeToken(server, fresh, email));
    expect(await shown(fresh)).toMatchObject({ email, email_verified: true });
    expect(await mailsTo(server, fresh.user)).toHaveLength(before);
    expectProblem(await server.post('/email/verify/', { token: old }), INVALID_TOKEN);
  });

  it('answers no body with a fault of its own', async () => {
    const broken = BROKEN_PAYLOADS.map(([, payload]) => payload);
    const bodies: [path: string, good: object][] = [
      ['/email/change/', { email }],
      ['/email/change/confirm/', { token: 'eyJ.eyJ.x' }],
    ];
    for (const [path, good] of bodies) {
      for (const { contentType, body } of [...broken, ...spoiltBodies(good)]) {
        const headers = {
          authorization: `Bearer ${account.access}`,
          ...(contentType !== null && { 'content-type': contentType }),
        };
        const { status } = await server.send('POST', path, { headers, body });
        expect([path, body, status >= 400 && status < 500]).toEqual([path, body, true]);
      }
    }
  });

  it('leaves a factor that mails codes where it is', async () => {
    await server.enrolEmail(account);
    const token = await changeToken(server, account, email);
    expect((await confirmChange(server, token)).status).toBe(200);
    const before = (await mailsTo(server, account.user)).length;
    const login = await server.beginLogin(account.user);
    expect(await mailsTo(server, account.user)).toHaveLength(before + 1);
    const code = server.inbox.lastCode(account.user.email);
    expect((await server.verifyLogin(login, code)).status).toBe(200);
  });
});
