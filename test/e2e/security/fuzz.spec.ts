import fc from 'fast-check';
import { PROBLEMS } from '../../../src/mfa/index.js';
import { type Reply } from '../../support/http-client.js';
import {
  anyPayload,
  BROKEN_PAYLOADS,
  type Payload,
  spoiltBodies,
} from '../../support/nasty-bodies.js';
import { type ApiRoute, listRoutes } from '../../support/openapi-routes.js';
import { BODIES, type EveryMaterial, prepareEveryMaterial } from '../../support/route-bodies.js';
import { startServer, type TestServer } from '../../support/server.js';

const MANY_REQUESTS_MILLISECONDS = 120_000;
const ANSWER_MILLISECONDS = 10_000;

/** `FUZZ_SEED=…` plays a run again, `FUZZ_RUNS=…` makes it longer. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 600);
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

let server: TestServer;
let routes: ApiRoute[];
let given: EveryMaterial;

beforeAll(async () => {
  server = await startServer();
  routes = await listRoutes(server);
});
afterAll(() => server.stop());
beforeEach(async () => {
  given = await prepareEveryMaterial(server);
});

/** Without a token, with a good one, with one of another kind, and with what is none. */
const BEARERS: readonly ((materials: EveryMaterial) => string | undefined)[] = [
  () => undefined,
  ({ account }) => `Bearer ${account.access}`,
  ({ login }) => `Bearer ${login}`,
  () => 'Bearer ',
  () => 'Bearer a b',
  () => 'bearer ....',
  () => `Basic ${'x'.repeat(4_000)}`,
  () => 'Bearer \u00ff\u0080',
];

interface Shot {
  readonly method: string;
  readonly path: string;
  readonly bearer: string | undefined;
  readonly payload: Payload;
}

function shoot({ method, path, bearer, payload }: Shot): Promise<Reply> {
  const { contentType, body, encoding } = payload;
  return server.send(method, `/${path}`, {
    headers: {
      ...(contentType !== null && { 'content-type': contentType }),
      ...(encoding !== undefined && { 'content-encoding': encoding }),
      ...(bearer !== undefined && { authorization: bearer }),
    },
    ...(method !== 'GET' && method !== 'HEAD' && { body }),
    signal: AbortSignal.timeout(ANSWER_MILLISECONDS),
  });
}

/** What is wrong with an answer; null when it is one that a client understands. */
function faultOf({ status, headers, body }: Reply, method: string): string | null {
  if (status >= 500) return `status ${status}`;
  if (status < 400 || method === 'HEAD') return null;
  const mediaType = headers.get('content-type') ?? '';
  if (!mediaType.startsWith('application/problem+json')) return `media type ${mediaType}`;
  if (!Object.hasOwn(PROBLEMS, body.code)) return `code ${body.code}`;
  return body.status === status ? null : `status ${body.status} in the body of a ${status}`;
}

/** The routes that take a body. */
const takers = () => routes.filter(({ takesBody }) => takesBody);

const nameOf = ({ method, path }: ApiRoute) => `${method} ${path}`;

it.each(BROKEN_PAYLOADS)(
  'answers %s on every route with a problem',
  async (_name, payload) => {
    const faults: string[] = [];
    for (const route of takers()) {
      for (const bearer of [undefined, `Bearer ${given.account.access}`]) {
        const reply = await shoot({ ...route, bearer, payload });
        const fault = faultOf(reply, route.method);
        if (fault !== null) faults.push(`${nameOf(route)}: ${fault}`);
      }
    }
    expect(faults).toEqual([]);
  },
  MANY_REQUESTS_MILLISECONDS,
);

it(
  'answers a body that is good but for one field, on every route',
  async () => {
    const faults: string[] = [];
    for (const route of takers()) {
      const body = BODIES[route.path]?.(given) ?? {};
      for (const payload of spoiltBodies(body)) {
        const bearer = `Bearer ${given.account.access}`;
        const fault = faultOf(await shoot({ ...route, bearer, payload }), route.method);
        if (fault !== null)
          faults.push(`${nameOf(route)}: ${fault} for ${payload.body.toString()}`);
      }
    }
    expect(faults).toEqual([]);
  },
  MANY_REQUESTS_MILLISECONDS,
);

it(
  `answers whatever comes, by any method, to any route (FUZZ_SEED=${seed})`,
  async () => {
    const shot = fc.record({
      method: fc.oneof(
        { weight: 8, arbitrary: fc.constant(null) },
        fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'),
      ),
      route: fc.constantFrom(...routes),
      suffix: fc.constantFrom('', '', '', '/', '//', '?a=1&a=2', '?%', '/%00', '/..%2f', '/%', '#'),
      bearer: fc.constantFrom(...BEARERS),
      payload: anyPayload(() => given),
    });
    await fc.assert(
      fc.asyncProperty(shot, async ({ method, route, suffix, bearer, payload }) => {
        const asked = method ?? route.method;
        const path = `${route.path}${suffix}`;
        const reply = await shoot({ method: asked, path, bearer: bearer(given), payload });
        expect(faultOf(reply, asked)).toBeNull();
      }),
      { seed, numRuns: runs, endOnFailure: true },
    );
  },
  MANY_REQUESTS_MILLISECONDS,
);

it('still works after all of it', async () => {
  const { account, app } = given;
  expect((await server.verifyLogin(given.login, given.code)).status).toBe(200);
  const next = await server.beginLogin(account.user);
  expect((await server.verifyLogin(next, app.backupCodes[0] ?? '')).status).toBe(200);
});
