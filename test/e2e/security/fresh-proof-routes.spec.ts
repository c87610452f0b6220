import { ACR } from '../../../src/mfa/index.js';
import { expectFreshProofAsked, outlastProof } from '../../support/old-proof.js';
import { listRoutes } from '../../support/openapi-routes.js';
import { callRoute, type EveryMaterial, prepareEveryMaterial } from '../../support/route-bodies.js';
import { startServer, type TestServer } from '../../support/server.js';

/** What changes how somebody signs in, and what ends sessions. */
const ASKING = [
  'DELETE /api/auth/mfa/authenticators/{id}',
  'DELETE /api/auth/mfa/devices',
  'DELETE /api/auth/mfa/devices/{id}',
  'DELETE /api/auth/sessions',
  'DELETE /api/auth/sessions/{id}',
  'PATCH /api/auth/mfa/authenticators/{id}',
  'POST /api/auth/mfa',
  'POST /api/auth/mfa/backup-codes',
  'POST /api/auth/mfa/challenge',
  'POST /api/auth/mfa/confirm',
  'POST /api/auth/mfa/deactivate',
  'POST /api/auth/mfa/delete',
  'POST /api/auth/mfa/primary',
  'POST /api/auth/mfa/send',
  'POST /api/auth/password/change',
];

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** Every operation whose 401 may be `fresh_proof_required`, by the document. */
async function documentedAsAsking(): Promise<string[]> {
  const { body } = await server.get('//api/docs-json');
  const asking: string[] = [];
  for (const [path, operations] of Object.entries<object>(body.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const examples = operation.responses['401']?.content['application/problem+json'].examples;
      if (examples?.fresh_proof_required) asking.push(`${method.toUpperCase()} ${path}`);
    }
  }
  return asking.sort();
}

/** A user with a second factor whose last proof is too old. */
async function outlasted(): Promise<EveryMaterial> {
  const materials = await prepareEveryMaterial(server);
  const login = await server.verifyLogin(materials.login, materials.code);
  const tokens = await outlastProof(server, login.body);
  return { ...materials, account: { ...materials.account, ...tokens } };
}

it('is documented of every route that changes factors or ends sessions', async () => {
  expect(await documentedAsAsking()).toEqual(ASKING);
});

it('is asked for by these routes, and by no other that takes an access token', async () => {
  const routes = (await listRoutes(server)).filter(({ needsAccess }) => needsAccess);
  const given = await outlasted();
  const asking: string[] = [];
  for (const route of routes) {
    const reply = await callRoute(server, route, given);
    if (reply.body.code !== 'fresh_proof_required') continue;
    expectFreshProofAsked(reply, ACR.twoFactors);
    asking.push(`${route.method} ${route.path}`);
  }
  expect(asking.sort()).toEqual(ASKING);
});

it('changes nothing when it refuses', async () => {
  const given = await outlasted();
  const sql = `SELECT (SELECT json_agg(m) FROM mfa_methods m WHERE user_id = $1) AS methods,
    (SELECT json_agg(c) FROM mfa_backup_codes c WHERE user_id = $1) AS codes,
    (SELECT json_agg(u) FROM users u WHERE id = $1::uuid) AS users,
    (SELECT count(*) FROM sessions WHERE user_id = $1::uuid AND ended_at IS NULL) AS live`;
  const state = () => server.dataSource.query<object[]>(sql, [given.account.user.id]);
  const before = await state();
  const mails = server.inbox.messages.length;
  for (const route of await listRoutes(server)) {
    if (ASKING.includes(`${route.method} ${route.path}`)) await callRoute(server, route, given);
  }
  expect(await state()).toEqual(before);
  expect(server.inbox.messages).toHaveLength(mails);
});
