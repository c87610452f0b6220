import { connect } from 'node:net';
import { type Reply } from '../../support/http-client.js';
import { LogRecorder } from '../../support/log-recorder.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

const MOST_BODY_BYTES = 64 * 1024;
/** Of 1 KiB: far more than the buffers on the way take. */
const MANY_CHUNKS = 50_000;

const logs = new LogRecorder();
let server: TestServer;
let account: SignedIn;

beforeAll(async () => {
  server = await startServer({}, { logger: logs });
  account = await server.signUp();
});
afterAll(() => server.stop());

/** Answers of every kind: good, refused, lost, unread, broken. */
function answers(): [name: string, send: () => Promise<Reply>][] {
  const malformed = { headers: { 'content-type': 'application/json' }, body: '{' };
  return [
    ['200', () => server.get('/user/', account.access)],
    ['400', () => server.post('/login/', {})],
    ['a malformed body', () => server.send('POST', '/login/', malformed)],
    ['401', () => server.get('/user/')],
    ['404', () => server.get('/no/such/route')],
    ['405', () => server.send('PUT', '/login/')],
    ['415', () => server.send('POST', '/login/', { body: 'text' })],
    ['an address that cannot be decoded', () => server.get('/%E0%A4%A')],
    ['the document', () => server.get('//api/docs-json')],
    ['the documentation', () => server.get('//api/docs')],
    ['the health check', () => server.get('//health/ready')],
    ['the keys', () => server.get('//.well-known/jwks.json')],
  ];
}

it.each(answers())('protects the browser that reads %s', async (_name, send) => {
  const { headers } = await send();
  expect(Object.fromEntries(headers)).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'SAMEORIGIN',
    'referrer-policy': 'no-referrer',
    'strict-transport-security': expect.stringContaining('max-age='),
    'content-security-policy': expect.stringContaining("default-src 'none'"),
    'cross-origin-resource-policy': 'same-origin',
  });
  expect(headers.has('x-powered-by') || headers.has('server')).toBe(false);
  expect(headers.has('access-control-allow-origin')).toBe(false);
});

it.each(answers())('shows no stack and no path of a file in %s', async (_name, send) => {
  const { text } = await send();
  expect(text).not.toMatch(/\bat \S+ \(|\.(ts|js):\d+|node_modules|file:\/\//);
});

it('keeps answers that may hold a secret out of caches', async () => {
  const app = await server.post('/mfa/', { method: 'app' }, account.access);
  const login = await server.login(account.user);
  const refresh = await server.post('/token/refresh/', { refresh: account.refresh });
  for (const { headers } of [app, login, refresh]) {
    expect(headers.get('cache-control')).toBe('no-store');
  }
});

describe('a body', () => {
  const login = (password: string) => server.post('/login/', { username: 'nobody', password });
  const frame = JSON.stringify({ username: 'nobody', password: '' }).length;

  it('is read up to 64 KiB and refused above', async () => {
    expect((await login('x'.repeat(MOST_BODY_BYTES - frame))).body.code).toBe('validation_failed');
    const { status, body } = await login('x'.repeat(MOST_BODY_BYTES - frame + 1));
    expect([status, body.code]).toEqual([413, 'payload_too_large']);
  });

  it('is refused above also when it does not say how long it is', async () => {
    const chunk = new TextEncoder().encode(`"${'x'.repeat(1024)}",`);
    let sent = 0;
    const endless = new ReadableStream({
      pull: (controller) => (sent++ < MANY_CHUNKS ? controller.enqueue(chunk) : controller.close()),
    });
    const init = { headers: { 'content-type': 'application/json' }, body: endless, duplex: 'half' };
    // Node's fetch needs `duplex` for a stream; the type does not know it.
    const reply = fetch(`${server.url}/api/auth/login/`, {
      method: 'POST',
      ...init,
    } as RequestInit);
    const outcome = await reply.then(({ status }) => status).catch(() => 'cut off');
    expect([413, 'cut off']).toContain(outcome);
    expect(sent).toBeLessThan(MANY_CHUNKS);
  });

  it('cannot nest deep enough to break the server', async () => {
    const body = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
    const headers = { 'content-type': 'application/json' };
    const { status } = await server.send('POST', '/login/', { headers, body });
    expect(status).toBe(400);
  });
});

describe('an unexpected error', () => {
  it('is logged under a trace_id, and told to the client by that alone', async () => {
    await server.dataSource.query('ALTER TABLE mfa_methods RENAME TO elsewhere');
    const { status, headers, body } = await server.get('/mfa/', account.access);
    await server.dataSource.query('ALTER TABLE elsewhere RENAME TO mfa_methods');
    expect(status).toBe(500);
    expect(headers.get('content-type')).toMatch('application/problem+json');
    expect(body).toEqual({
      type: 'urn:nestjs-mfa:problem:internal',
      title: 'Internal error',
      status: 500,
      detail: 'Something went wrong on our side.',
      instance: '/api/auth/mfa/',
      code: 'internal',
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    const line = logs.lines.find((entry) => entry.includes(body.trace_id));
    expect(line).toContain('mfa_methods');
  });
});

describe('what is no HTTP', () => {
  it.each([
    ['noise', 'hello\r\n\r\n'],
    ['a header without end', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    ],
  ])('is answered without a stack: %s', async (_name, bytes) => {
    const { port } = new URL(server.url);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes));
      const chunks: Buffer[] = [];
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer).not.toMatch(/\bat \S+ \(|node_modules/);
  });
});

describe('CORS', () => {
  const preflight = (from: TestServer, origin: string) =>
    from.send('OPTIONS', '/login/', {
      headers: { origin, 'access-control-request-method': 'POST' },
    });

  it('is closed', async () => {
    const { headers } = await preflight(server, 'https://app.example.org');
    expect(headers.has('access-control-allow-origin')).toBe(false);
  });

  it('opens to the configured origins, and to no other', async () => {
    const open = await server.startSibling({ CORS_ORIGINS: 'https://app.example.org' });
    const allowed = await preflight(open, 'https://app.example.org');
    const others = await Promise.all(
      ['https://app.example.org.evil.example', 'http://app.example.org', 'null'].map((origin) =>
        preflight(open, origin),
      ),
    );
    await open.stop();
    const allow = 'access-control-allow-origin';
    expect(allowed.headers.get(allow)).toBe('https://app.example.org');
    expect(others.map(({ headers }) => headers.get(allow))).toEqual([null, null, null]);
  });
});
