import { EventEmitter2 } from '@nestjs/event-emitter';
import { FAILURE_NETWORKS } from '../../../src/server/sign-in/login-failure-log.js';
import { LoginFailures } from '../../../src/server/sign-in/login-failures.js';
import { eventually } from '../../support/eventually.js';
import { deleteAt } from '../../support/old-proof.js';
import { expectFaults } from '../../support/problems.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

const LIMIT_TEXT = 'A whole number from 1 to 100 is required.';
const CURSOR_TEXT = 'Take `next` of the page before.';

interface Entry {
  readonly at: string;
  readonly type: string;
  readonly factor: string | null;
}

let server: TestServer;
let account: SignedIn;

beforeAll(async () => {
  server = await startServer(
    { TRUSTED_PROXIES: '127.0.0.1', MAX_SESSIONS_PER_USER: '1000' },
    { races: true },
  );
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
});

const read = (query = '', access = account.access) =>
  server.get(`/user/security-log/${query}`, access);

const typesOf = (entries: readonly Entry[]) => entries.map(({ type }) => type);
const types = async () => typesOf((await read()).body.results);

/** The failure of a login is recorded behind its answer. */
async function failLogin({ user } = account, headers = {}): Promise<void> {
  const sql = 'SELECT sum(times)::int AS total FROM login_failures WHERE user_id = $1';
  const count = async () => {
    const [row] = await server.dataSource.query<{ total: number }[]>(sql, [user.id]);
    return row?.total ?? 0;
  };
  const before = await count();
  await server.send('POST', '/login/', {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ username: user.username, password: 'wrong' }),
  });
  expect(await eventually(count, (total) => total > before)).toBe(before + 1);
}

/** Records so many events, a second apart. */
async function signInAgain(times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    server.clock.advance({ seconds: 1 });
    await server.login(account.user);
  }
}

/** Follows `next` to the end. */
async function pages(limit: number, between = async () => {}): Promise<Entry[][]> {
  const all: Entry[][] = [];
  for (let query = `?limit=${limit}`; query !== '';) {
    const { results, next } = (await read(query)).body;
    all.push(results);
    query = next === null ? '' : `?limit=${limit}&cursor=${next}`;
    await between();
  }
  return all;
}

describe('the log', () => {
  it('tells what happened, when, with what and from where', async () => {
    server.clock.advance({ seconds: 5 });
    const headers = { 'user-agent': 'Phone/1.0', 'x-forwarded-for': '198.51.100.7' };
    await failLogin(account, headers);
    const reply = await read();
    expect(reply.status).toBe(200);
    expect(reply.headers.get('cache-control')).toBe('no-store');
    expect(reply.body).toEqual({
      results: [
        {
          at: server.timeIn(0),
          type: 'login_failed',
          factor: null,
          ip: '198.51.100.7',
          user_agent: 'Phone/1.0',
          times: 1,
        },
        {
          at: server.timeIn(-5),
          type: 'login_succeeded',
          factor: null,
          ip: '127.0.0.1',
          user_agent: expect.any(String),
        },
      ],
      next: null,
    });
  });

  it('tells of a login, a failure, and a lock, with their factor', async () => {
    const { secret } = await server.enrolApp(account);
    for (let i = 0; i < 10; i++) {
      await server.verifyLogin(await server.beginLogin(account.user), '000000');
    }
    const { body } = await read('?limit=3');
    expect(body.results).toMatchObject([
      { type: 'method_locked', factor: 'app' },
      { type: 'second_factor_failed', factor: 'app' },
      { type: 'login_challenged', factor: 'app' },
    ]);
    server.clock.advance({ seconds: 900 });
    const login = await server.beginLogin(account.user);
    const { access } = (await server.verifyLogin(login, server.totp(secret))).body;
    const later: Entry[] = (await read('?limit=3', access)).body.results;
    expect(later).toMatchObject([
      { type: 'login_succeeded' },
      { type: 'second_factor_succeeded', factor: 'app' },
      { type: 'login_challenged', factor: 'app' },
    ]);
  });

  it('tells of what changes an account', async () => {
    const { secret } = await server.enrolApp(account);
    const other = (await server.login(account.user)).body;
    const { body } = await server.verifyLogin(other.ephemeral_token, server.totp(secret));
    expect((await deleteAt(server, '/sessions/', account.access)).status).toBe(204);
    expect((await server.get('/user/', body.access)).status).toBe(401);
    const passwords = { old_password: account.user.password, new_password: 'another password' };
    await server.post('/password/change/', passwords, account.access);
    await server.post('/password/reset/', { email: account.user.email });
    await server.deliverEvents();
    expect((await types()).slice(0, 3)).toEqual([
      'password_reset_requested',
      'password_changed',
      'sessions_ended',
    ]);
    expect(await types()).toEqual(
      expect.arrayContaining(['method_set_up', 'method_activated', 'second_factor_succeeded']),
    );
  });

  it('is of nobody else', async () => {
    const stranger = await server.signUp();
    await failLogin(stranger);
    expect(await types()).toEqual(['login_succeeded']);
    const own = await read('', stranger.access);
    expect(typesOf(own.body.results)).toEqual(['login_failed', 'login_succeeded']);
  });

  it('asks for an access token', async () => {
    const reply = await server.get('/user/security-log/');
    expect(reply.body).toMatchObject({ status: 401, code: 'not_authenticated' });
  });
});

describe('its pages', () => {
  it('begin with the newest event, beyond the tenth and the hundredth as well', async () => {
    await signInAgain(110);
    const { results, next }: { results: Entry[]; next: string } = (await read('?limit=100')).body;
    const first = results.map((_, i) => server.timeIn(-i));
    expect(results.map(({ at }) => at)).toEqual(first);
    const rest: Entry[] = (await read(`?limit=100&cursor=${next}`)).body.results;
    expect(typesOf(rest)).toEqual(Array<string>(11).fill('login_succeeded'));
    expect(rest.map(({ at }) => at)).toEqual(rest.map((_, i) => server.timeIn(-100 - i)));
  });

  it('have twenty events unless asked otherwise', async () => {
    await signInAgain(20);
    const { body } = await read();
    expect(body.results).toHaveLength(20);
    const last = await read(`?cursor=${body.next}`);
    expect(typesOf(last.body.results)).toEqual(['login_succeeded']);
    expect(last.body.next).toBeNull();
  });

  it.each([1, 2, 3, 12, 13, 100])('of %p lose nothing and repeat nothing', async (limit) => {
    await signInAgain(12);
    const all = await pages(limit);
    const times = all.flat().map(({ at }) => at);
    expect(times).toEqual(times.map((_, i) => server.timeIn(-i)));
    expect(times).toHaveLength(13);
    expect(all.slice(0, -1).every((page) => page.length === limit)).toBe(true);
  });

  it('do not shift by what is recorded meanwhile', async () => {
    await signInAgain(6);
    const newest = server.clock.now().getTime();
    const all = await pages(2, () => signInAgain(1));
    const times = all.flat().map(({ at }) => newest - Date.parse(at));
    expect(times).toEqual([0, 1, 2, 3, 4, 5, 6].map((seconds) => seconds * 1000));
  });

  it('end: before the first event there is nothing', async () => {
    expect((await read('?cursor=1')).body).toEqual({ results: [], next: null });
    const { body } = await read('?cursor=999999999999999');
    expect(typesOf(body.results)).toEqual(['login_succeeded']);
  });
});

describe('a query', () => {
  it.each(['0', '101', '-1', '1.5', 'all', '01', '%EF%BC%91', '1&limit=2'])(
    'may not have the limit "%s"',
    async (limit) => {
      expectFaults(await read(`?limit=${limit}`), { limit: [LIMIT_TEXT] });
    },
  );

  it.each(['0', '-1', '1e3', 'next', '9'.repeat(16), '1&cursor=2', '1%00'])(
    'may not have the cursor "%s"',
    async (cursor) => {
      expectFaults(await read(`?cursor=${cursor}`), { cursor: [CURSOR_TEXT] });
    },
  );

  it('may have nothing else, and no blank', async () => {
    const blank = ['This field may not be blank.'];
    expectFaults(await read('?limit=&cursor='), { limit: blank, cursor: blank });
    expectFaults(await read('?user_id=1'), { user_id: ['Unexpected field.'] });
    const both = { limit: [LIMIT_TEXT], cursor: [CURSOR_TEXT] };
    expectFaults(await read('?limit=x&cursor=x'), both);
  });

  it('says in two words whether refused sign-ins are shown', async () => {
    await failLogin();
    expect(typesOf((await read('?failed_logins=true')).body.results)).toContain('login_failed');
    expect(typesOf((await read('?failed_logins=false')).body.results)).toEqual(['login_succeeded']);
    expectFaults(await read('?failed_logins=no'), { failed_logins: ['Take `true` or `false`.'] });
  });
});

describe('refused sign-ins', () => {
  const failFrom = (ip: string) => failLogin(account, { 'x-forwarded-for': ip });
  const lines = async (): Promise<{ ip: string | null; times: number }[]> =>
    (await read('?limit=100')).body.results
      .filter(({ type }: Entry) => type === 'login_failed')
      .map(({ ip, times }: { ip: string | null; times: number }) => ({ ip, times }));

  it('are one line with a number for each network and hour', async () => {
    for (let i = 0; i < 3; i++) await failFrom('192.0.2.1');
    await failFrom('192.0.2.2');
    await failFrom('2001:db8::1');
    await failFrom('2001:db8:0:ff00::1');
    expect(await lines()).toEqual([
      { ip: '2001:db8::1', times: 2 },
      { ip: '192.0.2.2', times: 1 },
      { ip: '192.0.2.1', times: 3 },
    ]);
    server.clock.advance({ seconds: 3600 });
    account = { ...account, ...(await server.login(account.user)).body, user: account.user };
    await failFrom('192.0.2.1');
    expect((await lines())[0]).toEqual({ ip: '192.0.2.1', times: 1 });
    expect(await lines()).toHaveLength(4);
  });

  it('are a few lines an hour, from however many networks at one moment', async () => {
    const login = (host: number) => {
      const headers = {
        'content-type': 'application/json',
        'x-forwarded-for': `198.51.100.${host}`,
      };
      const body = JSON.stringify({ username: account.user.username, password: 'wrong' });
      return server.send('POST', '/login/', { headers, body });
    };
    await Promise.all(Array.from({ length: 30 }, (_, host) => login(host)));
    await server.app.get(LoginFailures, { strict: false }).settled();
    const shown = await lines();
    expect(shown).toHaveLength(FAILURE_NETWORKS + 1);
    expect(shown.reduce((sum, { times }) => sum + times, 0)).toBe(30);
    expect(shown[0]).toEqual({ ip: null, times: 30 - FAILURE_NETWORKS });
    await failFrom('198.51.100.99');
    expect(await lines()).toHaveLength(FAILURE_NETWORKS + 1);
    expect(await types()).toContain('login_succeeded');
  });

  it('are each told to the listener', async () => {
    const told: string[] = [];
    server.app.get(EventEmitter2).on('mfa.login_failed', ({ type }: Entry) => told.push(type));
    for (let i = 0; i < 3; i++) await failFrom('192.0.2.1');
    expect(told).toHaveLength(3);
  });

  it('are not told of a name that nobody has, nor of a form that is none', async () => {
    const count = async () =>
      (await server.dataSource.query<unknown[]>('SELECT 1 FROM mfa_events')).length;
    const before = await count();
    for (const body of [{ username: 'nobody', password: 'x' }, { username: 'nobody' }, {}]) {
      expect((await server.post('/login/', body)).status).toBe(400);
    }
    await server.app.get(LoginFailures, { strict: false }).settled();
    expect(await count()).toBe(before);
  });
});

describe('the audit says nothing of', () => {
  it('a name that nobody has, and a login without a right form', async () => {
    const count = async () =>
      (await server.dataSource.query<unknown[]>('SELECT 1 FROM mfa_events')).length;
    const before = await count();
    for (const body of [{ username: 'nobody', password: 'x' }, { username: 'nobody' }, {}]) {
      expect((await server.post('/login/', body)).status).toBe(400);
    }
    await server.app.get(LoginFailures, { strict: false }).settled();
    expect(await count()).toBe(before);
  });
});
