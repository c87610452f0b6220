import { AccountLine } from '../../../src/mfa/persistence/database/account-line.js';
import { SPARE_REQUESTS } from '../../../src/server/rate-limit/subject-budget.js';
import { eventually } from '../../support/eventually.js';
import { type Reply } from '../../support/http-client.js';
import { type ApiRoute, listRoutes } from '../../support/openapi-routes.js';
import {
  type SignedIn,
  startServer,
  type TestServer,
  type TestUser,
} from '../../support/server.js';

let server: TestServer;
afterEach(() => server.stop());

let addresses = 0;

/** Asks from an address that nobody has asked from, with an empty body. */
function ask(method: string, path: string, access?: string, body: object = {}): Promise<Reply> {
  return askFrom(`198.51.100.${++addresses}`, [method, path], access, body);
}

function askFrom(
  from: string,
  [method, path]: readonly [string, string],
  access?: string,
  body: object = {},
): Promise<Reply> {
  const headers = {
    'x-forwarded-for': from,
    ...(access !== undefined && { authorization: `Bearer ${access}` }),
    ...(method !== 'GET' && { 'content-type': 'application/json' }),
  };
  const init = method === 'GET' ? { headers } : { headers, body: JSON.stringify(body) };
  return server.send(method, path, init);
}

function askRoute({ method, path }: ApiRoute, access: string): Promise<Reply> {
  return ask(method, path.replace('/api/auth', '').replace('{id}', 'x'), access);
}

function expectRefused({ status, body, headers }: Reply): void {
  expect([status, body.code]).toEqual([429, 'rate_limited']);
  expect(headers.get('retry-after')).toBe('60');
}

describe('the budget of a subject', () => {
  it('holds for every route that takes an access token, and for no logout', async () => {
    server = await startServer({
      TRUSTED_PROXIES: '127.0.0.1',
      SESSION_READS_PER_MINUTE: '1',
      SESSION_WRITES_PER_MINUTE: '1',
    });
    const { access, refresh } = await server.signUp();
    const spent = [
      await ask('GET', '/user/', access),
      await ask('POST', '/step-up/', access),
      await ask('DELETE', '/sessions/x/', access),
    ];
    expect(spent.map(({ status }) => status)).toEqual([200, 200, 404]);
    const routes = (await listRoutes(server)).filter(({ needsAccess }) => needsAccess);
    expect(routes.length).toBeGreaterThan(15);
    for (const route of routes) {
      const { status } = await askRoute(route, access);
      expect([route.method, route.path, status]).toEqual([route.method, route.path, 429]);
    }
    expectRefused(await ask('GET', '/mfa/', access));
    expect((await ask('POST', '/logout/', undefined, { refresh })).status).toBe(200);
  });

  it('holds for no logout of many that wait for one account', async () => {
    server = await startServer({}, { races: true });
    // The embedded database has one connection, for which all of them wait.
    if (!server.isConcurrent) return;
    const account = await server.signUp();
    await server.enrolApp(account);
    const { user, refresh } = account;
    const lines = Reflect.get(server.app.get(AccountLine, { strict: false }), 'lines');
    const waiting = async () => {
      await server.get('//health/ready');
      return lines.get(user.id)?.waiting.length ?? 0;
    };
    const many = await server.dataSource.transaction(async (manager) => {
      await manager.query('SELECT 1 FROM mfa_accounts WHERE user_id = $1 FOR UPDATE', [user.id]);
      const logOut = () => server.post('/logout/', { refresh });
      const asked = Array.from({ length: 100 }, logOut);
      await eventually(waiting, (count) => count === 97);
      return asked;
    });
    const statuses = (await Promise.all(many)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  describe('with some requests', () => {
    let account: SignedIn;

    beforeEach(async () => {
      server = await startServer({
        TRUSTED_PROXIES: '127.0.0.1',
        SESSION_WRITES_PER_MINUTE: '3',
        SUBJECT_WRITES_PER_MINUTE: '4',
      });
      account = await server.signUp();
    });

    const write = async (access: string) => (await ask('POST', '/step-up/', access)).status;
    const signIn = async (user: TestUser) => String((await server.login(user)).body.access);

    it('is one for all its sessions, of which none uses it up by what it asks for in vain', async () => {
      const other = await signIn(account.user);
      const first: number[] = [];
      for (let i = 0; i < 6; i++) first.push(await write(account.access));
      expect(first).toEqual([200, 200, 200, 429, 429, 429]);
      expect([await write(other), await write(other)]).toEqual([200, 429]);
      const stranger = await server.signUp();
      expect(await write(stranger.access)).toBe(200);
      server.clock.advance({ seconds: 60 });
      expect(await write(account.access)).toBe(200);
    });

    it('leaves reading and the end of sessions alone', async () => {
      for (let i = 0; i < 4; i++) await write(account.access);
      expect((await ask('GET', '/user/', account.access)).status).toBe(200);
      expect((await ask('DELETE', '/sessions/', account.access)).status).toBe(204);
    });

    it('counts the steps of each open login, and of nobody who has no right password', async () => {
      await server.enrolApp(account);
      server.clock.advance({ seconds: 60 });
      const wrong = { ...account.user, password: 'wrong' };
      for (let i = 0; i < 5; i++) expect((await server.login(wrong)).status).toBe(400);
      const [first, second] = [
        await server.beginLogin(account.user),
        await server.beginLogin(account.user),
      ];
      const step = async (ephemeral_token: string) => {
        const body = { ephemeral_token, new_method: 'app' };
        return (await ask('POST', '/login/change-method/', undefined, body)).body.code;
      };
      const codes: unknown[] = [];
      for (let i = 0; i < 4; i++) codes.push(await step(first));
      expect(codes).toEqual([...Array<string>(3).fill('method_unchanged'), 'rate_limited']);
      expect(await step(second)).toBe('method_unchanged');
    });

    it('counts the logins that one network opens with a right password', async () => {
      const { username, password } = account.user;
      const login = { username, password };
      for (let i = 0; i < 2; i++) expect((await server.login(account.user)).status).toBe(200);
      expectRefused(await server.login(account.user));
      expect((await ask('POST', '/login/', undefined, login)).status).toBe(200);
    });
  });

  describe('whose subject is flooded from many networks', () => {
    /** Of all networks together, and beyond that of each. */
    const [MOST, SPARE] = [4, SPARE_REQUESTS];
    let account: SignedIn;
    let secret: string;

    beforeEach(async () => {
      server = await startServer({
        TRUSTED_PROXIES: '127.0.0.1',
        SUBJECT_READS_PER_MINUTE: String(MOST),
      });
      account = await server.signUp();
      ({ secret } = await server.enrolApp(account));
      server.clock.advance({ seconds: 60 });
    });

    const login = (from: string) => {
      const { username, password } = account.user;
      return askFrom(from, ['POST', '/login/'], undefined, { username, password });
    };
    const step = (from: string, route: string, body: object) =>
      askFrom(from, ['POST', `/login/${route}/`], undefined, body);

    it('lets the owner sign in from a network that has asked for little', async () => {
      const begun: Reply[] = [];
      for (let i = 0; i < MOST + SPARE; i++) begun.push(await login('192.0.2.1'));
      expect(new Set(begun.map(({ status }) => status))).toEqual(new Set([200]));
      expectRefused(await login('192.0.2.1'));
      const ephemeral_token = begun[0]?.body.ephemeral_token;
      for (let i = 0; i < MOST + SPARE; i++) {
        const body = { ephemeral_token, new_method: 'app' };
        expect((await step('192.0.2.1', 'change-method', body)).body.code).toBe('method_unchanged');
      }
      expectRefused(await step('192.0.2.1', 'resend', { ephemeral_token }));
      const { status, body } = await login('203.0.113.9');
      expect(status).toBe(200);
      const proof = { ephemeral_token: body.ephemeral_token, code: server.totp(secret) };
      expect((await step('203.0.113.9', 'verify', proof)).status).toBe(200);
    });

    it('lets them end sessions, too', async () => {
      for (let i = 0; i < MOST + SPARE; i++) {
        await askFrom('192.0.2.1', ['DELETE', '/sessions/x/'], account.access);
      }
      expectRefused(await askFrom('192.0.2.1', ['DELETE', '/sessions/x/'], account.access));
      const other = await askFrom('203.0.113.9', ['DELETE', '/sessions/x/'], account.access);
      expect(other.status).toBe(404);
    });
  });
});
