import { ACR } from '../../../src/mfa/core/ports/assurance.js';
import { mailedToken } from '../../support/route-bodies.js';
import { expectFreshProofAsked } from '../../support/old-proof.js';
import { accessWithOldProof, enrolled, signIn, subjectsTo } from '../support/accounts.js';
import { type TestServer } from '../support/preset-server.js';

export async function changesAreTold(server: TestServer): Promise<void> {
  const { account } = await enrolled(server);
  await server.post('/mfa/delete/', { method: 'app' }, account.access);
  const subjects = await subjectsTo(server, account.user.email);
  expect(subjects.filter((subject) => subject.includes('removed'))).toHaveLength(1);
  expect(subjects.filter((subject) => subject.includes('added'))).toHaveLength(1);
}

export async function noticesCanBeRepudiated(server: TestServer): Promise<void> {
  const { account } = await enrolled(server);
  await server.deliverEvents();
  const token = mailedToken(server, account.user.email, '/account/not-me');
  expect((await server.post('/repudiate/', { token })).status).toBe(200);
  expect((await server.get('/user/', account.access)).status).toBe(401);
  expect((await server.login(account.user)).status).toBe(400);
}

export async function revokedMethodFailsAtOnce(server: TestServer): Promise<void> {
  const { account, app } = await enrolled(server);
  const login = await server.beginLogin(account.user);
  await server.post('/mfa/delete/', { method: 'app' }, account.access);
  const late = await server.verifyLogin(login, server.totp(app.secret));
  expect(late.body.code).toBe('method_not_found');
}

export async function lostFactorsCanBeTakenOut(server: TestServer): Promise<void> {
  const { account, app } = await enrolled(server);
  const thief = await server.beginLogin(account.user);
  const owner = await server.beginLogin(account.user);
  const { body } = await server.verifyLogin(owner, app.backupCodes[0]);
  const removed = await server.post('/mfa/delete/', { method: 'app' }, body.access);
  expect(removed.status).toBe(204);
  expect((await server.verifyLogin(thief, server.totp(app.secret))).status).toBe(400);
}

export async function oldProofsAreRefused(server: TestServer): Promise<void> {
  const { account } = await enrolled(server);
  const access = await accessWithOldProof(server, account);
  const change = await server.post('/mfa/delete/', { method: 'app' }, access);
  expect([change.status, change.body.code]).toEqual([401, 'fresh_proof_required']);
}

export async function oldProofsAreAnsweredWithAChallenge(server: TestServer): Promise<void> {
  const access = await accessWithOldProof(server, await signIn(server, await enrolled(server)));
  const change = await server.post('/mfa/delete/', { method: 'app' }, access);
  expectFreshProofAsked(change, ACR.twoFactors);
}

export async function aSessionAloneChangesNoFactor(server: TestServer): Promise<void> {
  const account = await server.signUp();
  const other = (await server.login(account.user)).body;
  await server.enrolApp(account);
  const change = await server.post('/mfa/delete/', { method: 'app' }, other.access);
  expect([change.status, change.body.code]).toEqual([401, 'fresh_proof_required']);
}

export async function anotherIsAddedByThoseThatThereAre(server: TestServer): Promise<void> {
  const account = await server.signUp();
  const passwordAlone = (await server.login(account.user)).body;
  await server.enrolApp(account);
  const spare = { method: 'app', label: 'Spare' };
  expect((await server.post('/mfa/', spare, passwordAlone.access)).status).toBe(401);
  const { body } = await server.post('/mfa/', spare, account.access);
  const code = server.totp(body.setup_data.secret);
  await server.post('/mfa/confirm/', { method: 'app', code }, account.access);
  expect(await subjectsTo(server, account.user.email)).toContain(
    'An authenticator was added to your account',
  );
}

export async function timesAreKept(server: TestServer): Promise<void> {
  const holder = await enrolled(server);
  await signIn(server, holder);
  const { body } = await server.get('/mfa/', holder.account.access);
  const app = body.find(({ name }: { name: string }) => name === 'app');
  for (const time of [app.created_at, app.confirmed_at, app.last_used_at]) {
    expect(time).toMatch(/Z$/);
  }
  const sql = `SELECT ip FROM mfa_events WHERE user_id = $1 AND type = 'method_activated'`;
  const rows = await server.dataSource.query<object[]>(sql, [holder.account.user.id]);
  expect(rows).toEqual([{ ip: '127.0.0.1' }]);
}
