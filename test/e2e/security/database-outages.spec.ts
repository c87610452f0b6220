import { type Socket } from 'node:net';
import { eventually } from '../../support/eventually.js';
import { type Reply } from '../../support/http-client.js';
import { type ApiRoute, listRoutes } from '../../support/openapi-routes.js';
import {
  callRoute,
  type EveryMaterial,
  type Materials,
  prepareEveryMaterial,
  prepareMaterials,
} from '../../support/route-bodies.js';
import { TestServer } from '../../support/server.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

const MANY_REQUESTS_MILLISECONDS = 120_000;
/** No answer may take longer; the limits of the server are far below. */
const HANG_MILLISECONDS = 10_000;
/** Where every answer is kept back, none can be too late. */
const SILENT_MILLISECONDS = 50;
const SHORT_MILLISECONDS = 1_000;
const LONG_MILLISECONDS = 5_000;

/** Routes that do their work without the database. */
const INDEPENDENT = [
  'GET /.well-known/jwks.json',
  'GET /api/auth/mfa/handlers',
  'GET /api/auth/providers',
  'GET /health/live',
];

let database: TestDatabase;
let proxy: TcpProxy;
let server: TestServer;
let routes: ApiRoute[];

beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await TcpProxy.start(database.url);
  server = await TestServer.start(database, { DATABASE_URL: proxy.url }, true, { races: true });
  collectSockets();
  routes = await listRoutes(server);
});
afterAll(async () => {
  await server.stop();
  await proxy.stop();
});
afterEach(() => recover());

async function recover(): Promise<void> {
  limitWaiting(LONG_MILLISECONDS);
  await proxy.recover();
}

/** What TypeORM does not type: the options of the driver's pool, read at every connection. */
interface Pool {
  readonly options: { connectionTimeoutMillis: number; stream: () => Socket };
}

const sockets = new Set<Socket>();

/** The limits are for people and not for tests, so a test changes those of all connections. */
function limitWaiting(milliseconds: number): void {
  const { master } = server.dataSource.driver as unknown as { master: Pool };
  master.options.connectionTimeoutMillis = milliseconds;
  for (const socket of sockets) socket.setTimeout(milliseconds);
}

/** Knows the sockets of all further connections. */
function collectSockets(): void {
  const { master } = server.dataSource.driver as unknown as { master: Pool };
  const { stream } = master.options;
  master.options.stream = () => {
    const socket = stream().setTimeout(master.options.connectionTimeoutMillis);
    sockets.add(socket);
    return socket.once('close', () => sockets.delete(socket));
  };
}

/** On connections that are open: else the silence would only be met in opening one. */
async function fallSilent(limitMilliseconds: number): Promise<void> {
  await proxy.refuse();
  await proxy.recover();
  await untilReady();
  await Promise.all(Array.from({ length: 12 }, untilReady));
  expect(sockets.size).toBeGreaterThan(0);
  proxy.hold();
  limitWaiting(limitMilliseconds);
}

async function untilReady(): Promise<void> {
  const { status } = await eventually(
    () => server.get('//health/ready'),
    (reply) => reply.status === 200,
  );
  expect(status).toBe(200);
}

const nameOf = ({ method, path }: ApiRoute) => `${method} ${path}`;

async function withinBound(request: Promise<Reply>): Promise<Reply> {
  let timer: NodeJS.Timeout | undefined;
  const hang = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('The request hangs.')), HANG_MILLISECONDS);
  });
  return Promise.race([request, hang]).finally(() => clearTimeout(timer));
}

function expectUnavailable(name: string, { status, body, text, headers }: Reply): void {
  expect([name, status, body.code]).toEqual([name, 503, 'unavailable']);
  if (!name.includes('/health/')) expect(headers.get('retry-after')).toBe('1');
  expect(text).not.toMatch(/ECONN|Connection|timeout|eyJ/);
}

/** Asks every route while the database is away. */
async function expectClosedEverywhere(given: EveryMaterial): Promise<void> {
  for (const route of routes) {
    const name = nameOf(route);
    const reply = await withinBound(callRoute(server, route, given));
    if (INDEPENDENT.includes(name)) expect([name, reply.status]).toEqual([name, 200]);
    else expectUnavailable(name, reply);
  }
}

/** What was begun before the outage can be ended after it. */
async function expectNothingLost({ account, login, code, app }: Materials): Promise<void> {
  expect((await server.verifyLogin(login, code)).status).toBe(200);
  const refreshed = await server.post('/token/refresh/', { refresh: account.refresh });
  expect(refreshed.status).toBe(200);
  const next = await server.beginLogin(account.user);
  expect((await server.verifyLogin(next, app.backupCodes[0] ?? '')).status).toBe(200);
}

describe('a database that is down', () => {
  it(
    'closes every route that needs it, loses nothing, and is found again without a restart',
    async () => {
      const given = await prepareEveryMaterial(server);
      await proxy.refuse();
      await expectClosedEverywhere(given);
      await recover();
      await expectNothingLost(given);
    },
    MANY_REQUESTS_MILLISECONDS,
  );
});

describe('a database that does not answer', () => {
  it(
    'closes every route within the time limits, and is found again when it answers',
    async () => {
      const given = await prepareEveryMaterial(server);
      await fallSilent(SILENT_MILLISECONDS);
      await expectClosedEverywhere(given);
      await recover();
      const again = await prepareMaterials(server);
      await expectNothingLost(again);
    },
    MANY_REQUESTS_MILLISECONDS,
  );
});

describe('connections that fall silent for ever', () => {
  it(
    'are given up, and others serve in their place',
    async () => {
      const given = await prepareMaterials(server);
      await fallSilent(SHORT_MILLISECONDS);
      proxy.abandonHeld();
      await untilReady();
      await recover();
      await expectNothingLost(given);
    },
    MANY_REQUESTS_MILLISECONDS,
  );
});

/** One request of each kind that writes, made ready anew for each time. */
const WORK: [name: string, prepare: () => Promise<() => Promise<Reply>>][] = [
  [
    'a registration',
    async () => {
      const username = `cut${++cuts}`;
      const details = { username, email: `${username}@example.org`, password: 'correct horse' };
      return () => server.post('/registration/', details);
    },
  ],
  [
    'a login without a second factor',
    async () => {
      const { user } = await server.signUp();
      return () => server.login(user);
    },
  ],
  [
    'a login with one',
    async () => {
      const { account } = await prepareMaterials(server);
      return () => server.login(account.user);
    },
  ],
  [
    'a verify by TOTP',
    async () => {
      const { login, code } = await prepareMaterials(server);
      return () => server.verifyLogin(login, code);
    },
  ],
  [
    'a verify by backup code',
    async () => {
      const { login, app } = await prepareMaterials(server);
      return () => server.verifyLogin(login, app.backupCodes[0] ?? '');
    },
  ],
  [
    'a verify by a wrong code',
    async () => {
      const { login } = await prepareMaterials(server);
      return () => server.verifyLogin(login, '000000');
    },
  ],
  [
    'a refresh',
    async () => {
      const { refresh } = await server.signUp();
      return () => server.post('/token/refresh/', { refresh });
    },
  ],
  [
    'a set-up by mail',
    async () => {
      const { access } = await server.signUp();
      return () => server.post('/mfa/', { method: 'email' }, access);
    },
  ],
  [
    'a confirmation',
    async () => {
      const { access } = await server.signUp();
      const { body } = await server.post('/mfa/', { method: 'app' }, access);
      const code = server.totp(body.setup_data.secret);
      return () => server.post('/mfa/confirm/', { method: 'app', code }, access);
    },
  ],
  [
    'a deletion',
    async () => {
      const { account } = await prepareMaterials(server);
      return () => server.post('/mfa/delete/', { method: 'app' }, account.access);
    },
  ],
  [
    'new backup codes',
    async () => {
      const { account, code } = await prepareMaterials(server);
      return () => server.post('/mfa/backup-codes/', { code }, account.access);
    },
  ],
];
let cuts = 0;

describe.each(['before', 'after'] as const)('a database that dies %s any statement of', (when) => {
  it.each(WORK)(
    '%s: closed, nothing half done, and the next one works',
    async (name, prepare) => {
      for (let atMessage = 1; ; atMessage++) {
        const request = await prepare();
        proxy.cut(atMessage, when);
        const reply = await withinBound(request());
        const wasCut = proxy.hasCut;
        await recover();
        if (reply.status >= 500) expectUnavailable(`${name} at message ${atMessage}`, reply);
        await expectWhole();
        if (!wasCut) break;
        expect(atMessage).toBeLessThan(40);
      }
      const materials = await prepareMaterials(server);
      expect((await server.verifyLogin(materials.login, materials.code)).status).toBe(200);
    },
    MANY_REQUESTS_MILLISECONDS,
  );
});

/** What is written in one commit is there together or not at all. */
async function expectWhole(): Promise<void> {
  const count = async (sql: string) => {
    const [row] = await server.dataSource.query<{ n: number }[]>(
      `SELECT count(*)::int AS n ${sql}`,
    );
    return row?.n;
  };
  const ofType = (type: string) => count(`FROM mfa_events WHERE type = '${type}'`);
  expect(await count('FROM sessions')).toBe(await ofType('login_succeeded'));
  expect(await count('FROM mfa_backup_codes WHERE spent_at IS NOT NULL')).toBe(
    await ofType('backup_code_used'),
  );
  expect(await count('FROM mfa_methods WHERE is_active')).toBe(
    Number(await ofType('method_activated')) - Number(await ofType('method_deleted')),
  );
  expect(await count('FROM mfa_methods WHERE is_active AND NOT is_primary')).toBe(0);
  expect(await count(`FROM mfa_challenges WHERE consumed_at IS NOT NULL`)).toBe(
    await ofType('second_factor_succeeded'),
  );
}
