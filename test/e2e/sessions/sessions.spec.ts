import { ACR } from '../../../src/mfa/index.js';
import {
  deleteAt,
  expectFreshProofAsked,
  type LiveTokens,
  outlastProof,
  renew,
} from '../../support/old-proof.js';
import { expectProblem, type Problem } from '../../support/problems.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

const NOT_VALID: Problem = [401, 'token_not_valid', 'Given token not valid for any token type'];
const NOT_FOUND: Problem = [404, 'not_found', 'Not found.'];

let server: TestServer;
let ending: TestServer;
let account: SignedIn;

beforeAll(async () => {
  server = await startServer();
  ending = await server.startSibling({ END_SESSIONS_ON_FACTOR_CHANGE: 'true' });
});
afterAll(async () => {
  await ending.stop();
  await server.stop();
});
beforeEach(async () => {
  account = await server.signUp();
});

/** Signs in once more. */
async function signIn(): Promise<LiveTokens> {
  const { body } = await server.login(account.user);
  return { access: body.access, refresh: body.refresh };
}

const list = async (access: string) => (await server.get('/sessions/', access)).body;

async function currentId(access: string): Promise<string> {
  const sessions: { id: string; current: boolean }[] = await list(access);
  return String(sessions.find(({ current }) => current)?.id);
}

async function expectEnded({ access, refresh }: LiveTokens): Promise<void> {
  expectProblem(await server.get('/user/', access), NOT_VALID);
  expectProblem(await server.post('/token/refresh/', { refresh }), NOT_VALID);
}

async function expectAlive({ access, refresh }: LiveTokens): Promise<LiveTokens> {
  expect((await server.get('/user/', access)).status).toBe(200);
  const renewed = await renew(server, refresh);
  expect((await server.get('/user/', renewed.access)).status).toBe(200);
  return renewed;
}

describe('the list of sessions', () => {
  it('tells how each began, and which one asks', async () => {
    const begun = server.timeIn(0);
    server.clock.advance({ seconds: 60 });
    const headers = { 'content-type': 'application/json', 'user-agent': 'Phone/1.0' };
    const { username, password } = account.user;
    const body = JSON.stringify({ username, password });
    const { access } = (await server.send('POST', '/login/', { headers, body })).body;
    const own = (at: string) => ({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      created_at: at,
      last_used_at: at,
      expires_at: expect.any(String),
      ip: '127.0.0.1',
      amr: ['pwd'],
      auth_time: at,
      provider: 'local:local',
    });
    expect(await list(access)).toEqual([
      {
        ...own(server.timeIn(0)),
        current: true,
        expires_at: server.timeIn(7 * 86_400),
        user_agent: 'Phone/1.0',
      },
      { ...own(begun), current: false, user_agent: expect.any(String) },
    ]);
  });

  it('begins with the one used last, and says what was proven since', async () => {
    const other = await signIn();
    server.clock.advance({ seconds: 60 });
    const { access } = await renew(server, account.refresh);
    const stepped = await server.stepUp(access, { password: account.user.password });
    expect(await list(stepped)).toMatchObject([
      { current: true, last_used_at: server.timeIn(0), auth_time: server.timeIn(0) },
      { current: false, last_used_at: server.timeIn(-60), auth_time: server.timeIn(-60) },
    ]);
    expect(await list(other.access)).toMatchObject([{ current: false }, { current: true }]);
  });

  it('has a hundred at most, with the one that asks', async () => {
    const { user, access } = account;
    await server.dataSource.query(
      `INSERT INTO sessions SELECT (jsonb_populate_record(s, jsonb_build_object(
        'id', gen_random_uuid(), 'last_used_at', s.last_used_at + n * interval '1 second'))).*
      FROM sessions s, generate_series(1, 150) n WHERE s.user_id = $1`,
      [user.id],
    );
    const sessions: { last_used_at: string; current: boolean }[] = await list(access);
    expect(sessions.map(({ last_used_at }) => last_used_at)).toEqual([
      ...Array.from({ length: 99 }, (_, n) => server.timeIn(150 - n)),
      server.timeIn(0),
    ]);
    expect(sessions.findIndex(({ current }) => current)).toBe(99);
    const fresh = await signIn();
    expect(await list(fresh.access)).toHaveLength(100);
    expect(
      (
        await server.send('DELETE', '/sessions/', {
          headers: { authorization: `Bearer ${fresh.access}` },
        })
      ).status,
    ).toBe(204);
    expect(await list(fresh.access)).toMatchObject([{ current: true }]);
  });

  it('holds neither those of others nor those that are over', async () => {
    await server.signUp();
    const ended = await signIn();
    await server.post('/logout/', { refresh: ended.refresh });
    // Nobody renews this one: it is over after seven days.
    await signIn();
    server.clock.advance({ seconds: 4 * 86_400 });
    const { access, refresh } = await renew(server, account.refresh);
    expect(await list(access)).toHaveLength(2);
    server.clock.advance({ seconds: 4 * 86_400 });
    const late = await renew(server, refresh);
    expect(await list(late.access)).toMatchObject([{ current: true }]);
  });
});

describe('ending one session', () => {
  it('refuses its tokens at once, and leaves the others alone', async () => {
    const other = await signIn();
    const id = await currentId(other.access);
    const reply = await deleteAt(server, `/sessions/${id}/`, account.access);
    expect([reply.status, reply.text]).toEqual([204, '']);
    await expectEnded(other);
    await expectAlive(account);
    expectProblem(await deleteAt(server, `/sessions/${id}/`, account.access), NOT_FOUND);
  });

  it('may be the one that asks', async () => {
    const id = await currentId(account.access);
    expect((await deleteAt(server, `/sessions/${id}`, account.access)).status).toBe(204);
    await expectEnded(account);
  });

  it("answers someone else's id as one that nobody has", async () => {
    const stranger = await server.signUp();
    for (const id of [
      await currentId(stranger.access),
      '00000000-0000-7000-8000-000000000000',
      'garbage',
      "'; DROP TABLE sessions; --",
      '%00',
    ]) {
      const path = `/sessions/${id.startsWith('%') ? id : encodeURIComponent(id)}/`;
      expectProblem(await deleteAt(server, path, account.access), NOT_FOUND);
    }
    await expectAlive(stranger);
  });
});

describe('ending all other sessions', () => {
  it('ends them, and neither the present one nor those of others', async () => {
    const stranger = await server.signUp();
    const others = [await signIn(), await signIn()];
    const reply = await deleteAt(server, '/sessions/', account.access);
    expect([reply.status, reply.text]).toEqual([204, '']);
    for (const other of others) await expectEnded(other);
    const { access } = await expectAlive(account);
    expect(await list(access)).toMatchObject([{ current: true }]);
    await expectAlive(stranger);
  });

  it('answers the same where there are none', async () => {
    expect((await deleteAt(server, '/sessions/', account.access)).status).toBe(204);
    await expectAlive(account);
  });
});

describe('a refresh token that comes back', () => {
  it('ends its whole session, access token included, and no other', async () => {
    const other = await signIn();
    const newest = await renew(server, account.refresh);
    server.clock.advance({ seconds: 20 });
    expectProblem(await server.post('/token/refresh/', { refresh: account.refresh }), NOT_VALID);
    await expectEnded(newest);
    const survivor = await expectAlive(other);
    expect(await list(survivor.access)).toHaveLength(1);
  });
});

describe('ending sessions', () => {
  it('asks for a fresh proof once the last one is 900 seconds old', async () => {
    server.clock.advance({ seconds: 900 });
    const { access, refresh } = await renew(server, account.refresh);
    const other = await signIn();
    const path = `/sessions/${await currentId(other.access)}/`;
    expect((await deleteAt(server, path, access)).status).toBe(204);
    server.clock.advance({ seconds: 1 });
    for (const late of ['/sessions/', path]) {
      expectFreshProofAsked(await deleteAt(server, late, access), ACR.singleFactor);
    }
    expect((await server.get('/sessions/', access)).status).toBe(200);
    const fresh = await server.stepUp(access, { password: account.user.password });
    expect((await deleteAt(server, '/sessions/', fresh)).status).toBe(204);
    await expectAlive({ access: fresh, refresh });
  });

  it('asks for two factors where there are two', async () => {
    const older = await signIn();
    await server.enrolApp(account);
    expectFreshProofAsked(await deleteAt(server, '/sessions/', older.access), ACR.twoFactors);
    expect((await deleteAt(server, '/sessions/', account.access)).status).toBe(204);
    await expectEnded(older);
  });

  it('keeps its age through a refresh', async () => {
    const { access } = await outlastProof(server, account);
    expectFreshProofAsked(await deleteAt(server, '/sessions/', access), ACR.singleFactor);
  });
});

it('a new password ends the other sessions, and the present one goes on with its tokens', async () => {
  const other = await signIn();
  const passwords = { old_password: account.user.password, new_password: 'another password' };
  const reply = await server.post('/password/change/', passwords, account.access);
  expect(reply.status).toBe(200);
  await expectEnded(other);
  await expectAlive(account);
});

describe('a change of factors', () => {
  it('ends no session unless that is set', async () => {
    const other = await signIn();
    await server.enrolApp(account);
    await server.deliverEvents();
    await expectAlive(other);
    await expectAlive(account);
  });

  it('ends the other sessions where that is set, but none that began later', async () => {
    const other = await signIn();
    const { secret } = await ending.enrolApp(account);
    const login = await server.beginLogin(account.user);
    const later: LiveTokens = (await server.verifyLogin(login, server.totp(secret))).body;
    await expectEnded(other);
    await ending.deliverEvents();
    await expectAlive(later);
    await expectAlive(account);
  });

  it('ends also a session that was begun at that moment by the factors of before', async () => {
    const other = await signIn();
    await ending.enrolApp(account);
    // As though its row had come just after the change.
    await server.dataSource.query(
      'UPDATE sessions SET ended_at = NULL WHERE user_id = $1 AND ended_at IS NOT NULL',
      [account.user.id],
    );
    await ending.deliverEvents();
    await expectEnded(other);
    await expectAlive(account);
  });

  it.each([
    ['deactivated', '/mfa/deactivate/', { method: 'app' }],
    ['deleted', '/mfa/delete/', { method: 'app' }],
    ['given new backup codes', '/mfa/backup-codes/', {}],
  ])('is one when a method is %s', async (_, path, fields) => {
    const { secret } = await ending.enrolApp(account);
    await ending.enrolEmail(account);
    await ending.post('/mfa/primary/', { method: 'email' }, account.access);
    await ending.deliverEvents();
    const login = await server.beginLogin(account.user);
    const code = server.inbox.lastCode(account.user.email);
    const other: LiveTokens = (await server.verifyLogin(login, code)).body;
    const proof = path === '/mfa/delete/' ? {} : { code: server.totp(secret) };
    const reply = await ending.post(path, { ...fields, ...proof }, account.access);
    expect(reply.status).toBeLessThan(300);
    await expectEnded(other);
    await expectAlive(account);
  });

  it('is told once to the log, and only where a session ended', async () => {
    const { secret } = await ending.enrolApp(account);
    await ending.deliverEvents();
    await signIn();
    const login = await server.beginLogin(account.user);
    await server.verifyLogin(login, server.totp(secret));
    await ending.post('/mfa/delete/', { method: 'app' }, account.access);
    await ending.deliverEvents();
    const log = await server.get('/user/security-log/', account.access);
    const types: string[] = log.body.results.map(({ type }: { type: string }) => type);
    expect(types.filter((type) => type === 'sessions_ended')).toHaveLength(1);
  });
});
