import { type Reply } from '../../support/http-client.js';
import { expectFaults, expectProblem, type Problem } from '../../support/problems.js';
import { startServer, type TestServer } from '../../support/server.js';

type Fields = Record<string, string>;

/** A request that succeeds, with the access token where the route asks for one. */
interface Request {
  readonly fields: Fields;
  readonly access?: string;
}

let server: TestServer;
let registrations = 0;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** An account with `app`, which is primary, and `email`. */
async function enrolled() {
  const account = await server.signUp();
  const app = await server.enrolApp(account);
  await server.enrolEmail(account);
  return { ...account, ...app };
}

async function sentCode(): Promise<Request> {
  const { access, user } = await enrolled();
  await server.post('/mfa/send/', { method: 'email' }, access);
  return { access, fields: { method: 'email', code: server.inbox.lastCode(user.email) } };
}

async function pendingApp(): Promise<Request> {
  const { access } = await server.signUp();
  const { body } = await server.post('/mfa/', { method: 'app' }, access);
  return { access, fields: { method: 'app', code: server.totp(body.setup_data.secret) } };
}

async function openLogin(primary: string, fields: Fields = {}): Promise<Request> {
  const account = await enrolled();
  await server.post('/mfa/primary/', { method: primary }, account.access);
  const ephemeral_token = await server.beginLogin(account.user);
  server.clock.advance({ seconds: 30 });
  return { fields: { ephemeral_token, ...fields } };
}

const POSTS: readonly [path: string, status: number, prepare: () => Promise<Request>][] = [
  [
    '/registration',
    201,
    async () => {
      const username = `new${++registrations}`;
      const email = `${username}@example.org`;
      return { fields: { username, email, password: 'correct horse battery' } };
    },
  ],
  [
    '/login',
    200,
    async () => {
      const { username, password } = await server.register();
      return { fields: { username, password } };
    },
  ],
  [
    '/login/verify',
    200,
    async () => {
      const { user, secret } = await enrolled();
      const ephemeral_token = await server.beginLogin(user);
      return { fields: { ephemeral_token, code: server.totp(secret) } };
    },
  ],
  ['/login/change-method', 200, () => openLogin('app', { new_method: 'email' })],
  ['/login/resend', 200, () => openLogin('email')],
  ['/login/cancel', 204, () => openLogin('app')],
  ['/token/refresh', 200, async () => ({ fields: { refresh: (await server.signUp()).refresh } })],
  ['/token/verify', 200, async () => ({ fields: { token: (await server.signUp()).access } })],
  ['/logout', 200, async () => ({ fields: { refresh: (await server.signUp()).refresh } })],
  [
    '/mfa',
    201,
    async () => ({ access: (await server.signUp()).access, fields: { method: 'email' } }),
  ],
  ['/mfa/confirm', 200, pendingApp],
  [
    '/mfa/primary',
    200,
    async () => ({ access: (await enrolled()).access, fields: { method: 'email' } }),
  ],
  ['/mfa/deactivate', 200, sentCode],
  ['/mfa/delete', 204, sentCode],
  [
    '/mfa/send',
    200,
    async () => ({ access: (await enrolled()).access, fields: { method: 'email' } }),
  ],
  [
    '/mfa/backup-codes',
    200,
    async () => {
      const { access, secret } = await enrolled();
      return { access, fields: { code: server.totp(secret) } };
    },
  ],
];

const GETS = ['/providers', '/mfa/handlers', '/user', '/mfa', '/mfa/backup-codes'];

/** A success that no cache and no cookie keeps. */
function expectKeptByNobody(reply: Reply, status: number): void {
  expect(reply.status).toBe(status);
  expect(reply.headers.get('cache-control')).toBe('no-store');
  expect(reply.headers.get('set-cookie')).toBeNull();
}

describe.each(POSTS)('POST %s', (path, status, prepare) => {
  it('reads a form, and JSON, with and without a slash at the end', async () => {
    const form = await prepare();
    expectKeptByNobody(await server.postForm(path, form.fields, form.access), status);
    const json = await prepare();
    expectKeptByNobody(await server.post(`${path}/`, json.fields, json.access), status);
  });

  it('reads nothing from the query', async () => {
    const { fields, access } = await prepare();
    const reply = await server.post(
      `${path}/?${new URLSearchParams(fields).toString()}`,
      {},
      access,
    );
    expect(reply.status).toBe(400);
    expect(reply.body.code).toBe('validation_failed');
    const texts = Object.values(reply.body.errors);
    expect(texts).toEqual(texts.map(() => ['This field is required.']));
  });

  it('refuses a key that it does not know', async () => {
    const { fields, access } = await prepare();
    const reply = await server.post(path, { ...fields, surprise: '1' }, access);
    expectFaults(reply, { surprise: ['Unexpected field.'] });
  });

  it('refuses a body that is not an object', async () => {
    const { access } = await server.signUp();
    for (const [body, text] of [
      [[], 'Invalid data. Expected a dictionary, but got list.'],
      ['text', 'Invalid data. Expected a dictionary, but got str.'],
      [7, 'Invalid data. Expected a dictionary, but got int.'],
    ] as const) {
      expectFaults(await server.post(path, body, access), { non_field_errors: [text] });
    }
  });

  it('refuses a body that it cannot read', async () => {
    const { access } = await server.signUp();
    const send = (contentType: string, body: string) => {
      const headers = { 'content-type': contentType, authorization: `Bearer ${access}` };
      return server.send('POST', path, { headers, body });
    };
    const malformed: Problem = [400, 'malformed_body', 'The body could not be read.'];
    for (const body of ['{"a":', ' ', '{"__proto__": {}}']) {
      expectProblem(await send('application/json', body), malformed);
    }
    expectProblem(await send('text/plain', '{}'), [
      415,
      'unsupported_media_type',
      'Unsupported media type "text/plain" in request.',
    ]);
    expectProblem(await send('application/json', `{"a": "${'a'.repeat(65_536)}"}`), [
      413,
      'payload_too_large',
      'The body is larger than this server reads.',
    ]);
  });
});

describe.each(GETS)('GET %s', (path) => {
  it('answers with and without a slash at the end', async () => {
    const { access } = await enrolled();
    const bare = await server.get(path, access);
    const slashed = await server.get(`${path}/`, access);
    for (const reply of [bare, slashed]) expectKeptByNobody(reply, 200);
    expect(slashed.body).toEqual(bare.body);
    expect((await server.send('HEAD', `${path}?x`)).text).toBe('');
  });
});

describe('a body', () => {
  it.each(['multipart/form-data', 'application/xml', 'application/json-patch+json', ''])(
    'of media type "%s" is not read',
    async (contentType) => {
      const headers: Record<string, string> = contentType ? { 'content-type': contentType } : {};
      const body = new TextEncoder().encode('{}');
      const reply = await server.send('POST', '/login/', { headers, body });
      expectProblem(reply, [
        415,
        'unsupported_media_type',
        `Unsupported media type "${contentType}" in request.`,
      ]);
    },
  );

  it('may name its encoding', async () => {
    const { username, password } = await server.register();
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    const body = JSON.stringify({ username, password });
    expect((await server.send('POST', '/login/', { headers, body })).status).toBe(200);
  });

  it('that is a form gives a field once', async () => {
    const { username, password } = await server.register();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const fields = new URLSearchParams({ username, password });
    fields.append('password', password);
    const reply = await server.send('POST', '/login/', { headers, body: fields.toString() });
    expectFaults(reply, { password: ['Not a valid string.'] });
  });

  it('that is null says nothing', async () => {
    const headers = { 'content-type': 'application/json' };
    const reply = await server.send('POST', '/login/', { headers, body: 'null' });
    expectFaults(reply, { non_field_errors: ['No data provided'] });
  });
});

describe('an address', () => {
  it.each([
    '//api',
    '//api/auth/',
    '//API/auth/login/',
    '//api//auth/login/',
    '/nothing/',
    '/LOGIN/',
    '/login//',
    '//api/auth//login/',
    '/login/verify/more/',
    '/login%2Fverify/',
    '/login%00/',
    '/%FF/',
    '/%',
  ])('that does not exist: %s', async (path) => {
    for (const method of ['GET', 'POST']) {
      expectProblem(await server.send(method, path), [404, 'not_found', 'Not found.']);
    }
  });

  const allowed: [path: string, allow: string][] = [
    ...POSTS.map(([path]): [string, string] => [
      path,
      GETS.includes(path) ? 'GET, HEAD, POST' : 'POST',
    ]),
    ['/providers', 'GET, HEAD'],
    ['/mfa/handlers', 'GET, HEAD'],
    ['/user', 'GET, HEAD'],
  ];

  it.each(allowed)('%s answers %s and no other method', async (path, allow) => {
    const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter(
      (method) => !allow.split(', ').includes(method),
    );
    for (const method of others) {
      for (const address of [path, `${path}/`]) {
        const reply = await server.send(method, address);
        expectProblem(reply, [405, 'method_not_allowed', `Method "${method}" not allowed.`]);
        expect(reply.headers.get('allow')).toBe(allow);
      }
    }
  });
});
