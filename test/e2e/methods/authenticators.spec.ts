import { type Reply } from '../../support/http-client.js';
import { expectFaults, expectProblem, type Problem, REQUIRED } from '../../support/problems.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

const NOT_FOUND: Problem = [404, 'not_found', 'Not found.'];
const EXISTS: Problem = [400, 'method_exists', 'This method already exists'];

let server: TestServer;
let account: SignedIn;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
});

function change(method: string, id: string, body?: object, access = account.access) {
  return server.send(method, `/mfa/authenticators/${id}/`, {
    headers: {
      authorization: `Bearer ${access}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

/** Sets an app up and confirms it. */
async function add(label: string): Promise<{ id: string; secret: string }> {
  const { body } = await server.post('/mfa/', { method: 'app', label }, account.access);
  const added = { id: String(body.authenticator_id), secret: String(body.setup_data.secret) };
  await confirm(added);
  return added;
}

async function confirm({ id, secret }: { id: string; secret: string }): Promise<Reply> {
  const body = { method: 'app', authenticator_id: id, code: server.totp(secret) };
  const reply = await server.post('/mfa/confirm/', body, account.access);
  server.clock.advance({ seconds: 30 });
  return reply;
}

async function listed(): Promise<Record<string, unknown>[]> {
  const { body } = await server.get('/mfa/', account.access);
  return body[0].details.authenticators;
}

async function signIn(secret: string): Promise<Reply> {
  return server.verifyLogin(await server.beginLogin(account.user), server.totp(secret));
}

it('lists each with its label and its times, and never a secret', async () => {
  const phone = await add('Phone');
  await server.post('/mfa/', { method: 'app', label: 'Tablet' }, account.access);
  await signIn(phone.secret);
  const [first, second] = await listed();
  expect(first).toEqual({
    id: phone.id,
    label: 'Phone',
    created_at: expect.stringMatching(/Z$/),
    confirmed_at: expect.stringMatching(/Z$/),
    last_used_at: server.timeIn(0),
    algorithm: 'SHA1',
    digits: 6,
    period: 30,
  });
  expect(second).toMatchObject({ label: 'Tablet', confirmed_at: null, last_used_at: null });
  expect(JSON.stringify(await listed())).not.toContain(phone.secret);
});

it('shows backup codes with the first one only', async () => {
  await add('Phone');
  const { status, body } = await server.post(
    '/mfa/',
    { method: 'app', label: 'Tablet' },
    account.access,
  );
  expect({ status, codes: body.backup_codes, left: body.backup_codes_remaining }).toEqual({
    status: 201,
    codes: [],
    left: 5,
  });
});

it('adds none without a label of its own, and says what is wrong with one', async () => {
  await add('Phone');
  const post = (body: object) => server.post('/mfa/', { method: 'app', ...body }, account.access);
  expectProblem(await post({}), EXISTS);
  expectProblem(await post({ label: 'Phone' }), EXISTS);
  expectFaults(await post({ label: 'x'.repeat(65) }), {
    label: ['label must be shorter than or equal to 64 characters'],
  });
  expectFaults(await server.post('/mfa/', { method: 'email', label: 'x' }, account.access), {
    label: ['Unexpected field.'],
  });
});

it('asks for the id when several await their confirmation', async () => {
  const pending = await Promise.all(
    ['Phone', 'Tablet'].map((label) =>
      server.post('/mfa/', { method: 'app', label }, account.access),
    ),
  );
  const secret = String(pending[1]?.body.setup_data.secret);
  const body = { method: 'app', code: server.totp(secret) };
  expectFaults(await server.post('/mfa/confirm/', body, account.access), {
    authenticator_id: ['This field is required: several await their confirmation.'],
  });
  const id = String(pending[1]?.body.authenticator_id);
  expect((await confirm({ id, secret })).status).toBe(200);
});

it('renames one, with what the list shows as the answer', async () => {
  const { id } = await add('Phone');
  await add('Tablet');
  const reply = await change('PATCH', id, { label: ' New phone ' });
  expect(reply.status).toBe(200);
  expect(reply.body).toEqual((await listed())[0]);
  expect(reply.body.label).toBe('New phone');
  expectProblem(await change('PATCH', id, { label: 'Tablet' }), EXISTS);
  expectFaults(await change('PATCH', id, {}), { label: REQUIRED });
});

it('removes one and leaves the rest; with the last one goes the method', async () => {
  const [phone, tablet] = [await add('Phone'), await add('Tablet')];
  expect((await change('DELETE', phone.id)).status).toBe(204);
  expect((await signIn(phone.secret)).body.code).toBe('invalid_code');
  expect((await signIn(tablet.secret)).status).toBe(200);
  expectProblem(await change('DELETE', phone.id), NOT_FOUND);
  expect((await change('DELETE', tablet.id)).status).toBe(204);
  expect((await server.login(account.user)).body.mfa_enabled).toBe(false);
});

it.each(['PATCH', 'DELETE'])(
  '%s answers the id of someone else as one of nobody',
  async (method) => {
    const { id } = await add('Phone');
    const other = await server.signUp();
    const body = method === 'PATCH' ? { label: 'Mine' } : undefined;
    expectProblem(await change(method, id, body, other.access), NOT_FOUND);
    expectProblem(await change(method, 'nobody', body), NOT_FOUND);
    expectProblem(await change(method, '019a8a52-7c00-7000-8000-000000000001', body), NOT_FOUND);
    expect(await listed()).toHaveLength(1);
  },
);

it('keeps the rules of deletion for the last one', async () => {
  const strict = await server.startSibling({ MFA_PREVENT_DELETE_LAST_METHOD: 'true' });
  const [usual, own] = [server, account];
  try {
    [server, account] = [strict, await strict.signUp()];
    const [phone, tablet] = [await add('Phone'), await add('Tablet')];
    expect((await change('DELETE', phone.id)).status).toBe(204);
    expectProblem(await change('DELETE', tablet.id), [
      400,
      'delete_last_forbidden',
      'Cannot delete last MFA method',
    ]);
  } finally {
    [server, account] = [usual, own];
    await strict.stop();
  }
});

it('asks for a proof of the method by an own request where it sends or shows something', async () => {
  await server.enrolApp(account);
  await server.enrolEmail(account);
  const ask = (method: string) => server.post('/mfa/challenge/', { method }, account.access);
  expect((await ask('app')).body).toEqual({ challenge: null });
  const { body } = await ask('email');
  expect(body).toEqual({ challenge: { sent_to: expect.stringContaining('•') } });
  const code = server.inbox.lastCode(account.user.email);
  const reply = await server.post('/mfa/deactivate/', { method: 'email', code }, account.access);
  expect(reply.status).toBe(200);
});

it('asks nothing of a method that is not active', async () => {
  await server.post('/mfa/', { method: 'app' }, account.access);
  const { body } = await server.post('/mfa/challenge/', { method: 'app' }, account.access);
  expect(body.code).toBe('method_not_found');
});
