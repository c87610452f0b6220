import { payloadOf } from '../../support/forged-tokens.js';
import { type ApiRoute, listRoutes } from '../../support/openapi-routes.js';
import { callRoute, prepareEveryMaterial, prepareMaterials } from '../../support/route-bodies.js';
import { startServer, type TestServer } from '../../support/server.js';

const MANY_ROUTES_MILLISECONDS = 60_000;

const TOKEN = /[\w-]+\.[\w-]+\.[\w-]+/g;

/** Routes that anybody may ask. */
const PUBLIC = [
  'GET /.well-known/jwks.json',
  'GET /api/auth/mfa/handlers',
  'GET /api/auth/providers',
  'GET /health/live',
  'GET /health/ready',
  'POST /api/auth/login',
  'POST /api/auth/login/cancel',
  'POST /api/auth/login/change-method',
  'POST /api/auth/login/resend',
  'POST /api/auth/login/verify',
  'POST /api/auth/logout',
  'POST /api/auth/password/reset',
  'POST /api/auth/password/reset/confirm',
  'POST /api/auth/registration',
  'POST /api/auth/repudiate',
  'POST /api/auth/step-up/verify',
  'POST /api/auth/token/refresh',
  'POST /api/auth/token/verify',
];

let server: TestServer;
let routes: ApiRoute[];

beforeAll(async () => {
  server = await startServer();
  routes = await listRoutes(server);
});
afterAll(() => server.stop());

/** Whether a text holds a token that opens or renews a session. */
function holdsSession(text: string): boolean {
  return (text.match(TOKEN) ?? []).some((token) => {
    try {
      return 'sid' in payloadOf(token);
    } catch {
      return false;
    }
  });
}

it(
  'gives a user with a second factor tokens of a session by three routes alone',
  async () => {
    const giving: string[] = [];
    for (const route of routes) {
      const { text, headers } = await callRoute(server, route, await prepareEveryMaterial(server));
      const name = `${route.method} ${route.path}`;
      if (holdsSession(text) || holdsSession(JSON.stringify([...headers]))) giving.push(name);
      expect([name, headers.get('set-cookie')]).toEqual([name, null]);
    }
    expect(giving.sort()).toEqual([
      'POST /api/auth/login/verify',
      'POST /api/auth/step-up/verify',
      'POST /api/auth/token/refresh',
    ]);
  },
  MANY_ROUTES_MILLISECONDS,
);

it('writes a session in the commit of a right proof, and at no other moment', async () => {
  const { account, login, code } = await prepareMaterials(server);
  const sessions = async () => {
    const sql = 'SELECT count(*)::int AS total FROM sessions WHERE user_id = $1';
    const [row] = await server.dataSource.query<{ total: number }[]>(sql, [account.user.id]);
    return row?.total;
  };
  expect(await sessions()).toBe(1);
  await server.verifyLogin(login, '000000');
  await server.login(account.user);
  expect(await sessions()).toBe(1);
  await server.verifyLogin(login, code);
  expect(await sessions()).toBe(2);
});

it('answers 401 without an access token on every route that is not for everybody', async () => {
  const names: string[] = [];
  for (const { method, path, takesBody } of routes) {
    const { status } = await server.send(method, `/${path}`, {
      ...(takesBody && { headers: { 'content-type': 'application/json' }, body: '{}' }),
    });
    if (status !== 401) names.push(`${method} ${path}`);
  }
  expect(names.sort()).toEqual(PUBLIC);
});

it.each(['app', 'email'])('asks a user with an active %s for it at every login', async (name) => {
  const account = await server.signUp();
  await (name === 'app' ? server.enrolApp(account) : server.enrolEmail(account));
  for (const login of [{ username: account.user.username }, { email: account.user.email }]) {
    const { body } = await server.post('/login/', { ...login, password: account.user.password });
    expect(body).toMatchObject({ mfa_enabled: true, method: name });
    expect(body).not.toHaveProperty('access');
  }
});

it('asks still when the primary method is deleted and another is active', async () => {
  const account = await server.signUp();
  await server.enrolApp(account);
  await server.enrolEmail(account);
  await server.post('/mfa/delete/', { method: 'app' }, account.access);
  expect((await server.login(account.user)).body).toMatchObject({ method: 'email' });
});
