import { deleteAt } from '../../support/old-proof.js';
import { accessWithOldProof, enrolled, signIn } from '../support/accounts.js';
import { type TestServer } from '../support/preset-server.js';

export async function proofsRenewTheToken(server: TestServer): Promise<void> {
  const holder = await enrolled(server);
  const { access } = await signIn(server, holder);
  const renewed = await server.stepUp(access, { code: server.totp(holder.app.secret) });
  expect((await server.get('/user/', renewed)).status).toBe(200);
  expect((await server.get('/user/', access)).status).toBe(401);
}

/** A session ends so many seconds after it was used last, and after its sign-in. */
export const sessionsEndAfter =
  ({ idle, overall }: { readonly idle: number; readonly overall: number }) =>
  async (server: TestServer) => {
    const unused = await server.signUp();
    server.clock.advance({ seconds: idle });
    expect((await renewal(server, unused.refresh)).status).toBe(401);
    let { refresh } = await server.signUp();
    for (let age = idle / 2; age < overall; age += idle / 2) {
      server.clock.advance({ seconds: idle / 2 });
      const { status, body } = await renewal(server, refresh);
      expect([age, status]).toEqual([age, 200]);
      refresh = body.refresh;
    }
    server.clock.advance({ seconds: idle / 2 });
    expect((await renewal(server, refresh)).status).toBe(401);
  };

const renewal = (server: TestServer, refresh: string) =>
  server.post('/token/refresh/', { refresh });

export async function logoutEndsItsSession(server: TestServer): Promise<void> {
  const { account, app } = await enrolled(server);
  const { ephemeral_token } = (await server.post('/step-up/', {}, account.access)).body;
  await server.post('/logout/', { refresh: account.refresh });
  expect((await server.get('/user/', account.access)).status).toBe(401);
  expect((await renewal(server, account.refresh)).status).toBe(401);
  const proof = { ephemeral_token, code: server.totp(app.secret) };
  expect((await server.post('/step-up/verify/', proof)).body.code).toBe('invalid_token');
}

export async function disablingEndsAll(server: TestServer): Promise<void> {
  const { account, app } = await enrolled(server);
  const login = await server.beginLogin(account.user);
  await server.disable(account.user);
  expect((await server.get('/user/', account.access)).status).toBe(401);
  const pending = await server.verifyLogin(login, server.totp(app.secret));
  expect(pending.body.code).toBe('invalid_token');
}

export async function factorChangesEndOthers(server: TestServer): Promise<void> {
  const account = await server.signUp();
  const other = (await server.login(account.user)).body;
  await server.enrolApp(account);
  await server.deliverEvents();
  expect((await server.get('/user/', other.access)).status).toBe(401);
  expect((await server.get('/user/', account.access)).status).toBe(200);
}

export async function othersCanBeEndedAfterAChange(server: TestServer): Promise<void> {
  const account = await server.signUp();
  const other = (await server.login(account.user)).body;
  await server.enrolApp(account);
  expect((await deleteAt(server, '/sessions/', account.access)).status).toBe(204);
  expect((await server.get('/user/', other.access)).status).toBe(401);
}

export async function sessionsAreListedAndEnded(server: TestServer): Promise<void> {
  const account = await server.signUp();
  const other = (await server.login(account.user)).body;
  const { body } = await server.get('/sessions/', account.access);
  expect(body).toHaveLength(2);
  const { id } = body.find(({ current }: { current: boolean }) => !current);
  expect((await deleteAt(server, `/sessions/${id}/`, account.access)).status).toBe(204);
  expect((await server.get('/user/', other.access)).status).toBe(401);
  const access = await accessWithOldProof(server, account);
  const late = await deleteAt(server, '/sessions/', access);
  expect(late.body.code).toBe('fresh_proof_required');
}
