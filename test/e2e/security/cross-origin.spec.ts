import { startServer, type TestServer } from '../../support/server.js';

const FRIEND = 'https://app.example.org';
const STRANGER = 'https://evil.example.org';

let closed: TestServer;
let open: TestServer;

beforeAll(async () => {
  closed = await startServer();
  open = await closed.startSibling({ CORS_ORIGINS: `${FRIEND},https://two.example.org` });
});
afterAll(async () => {
  await open.stop();
  await closed.stop();
});

const call = (to: TestServer, origin: string) =>
  to.send('GET', '/providers/', { headers: { origin } });
const preflight = (to: TestServer, origin: string) =>
  to.send('OPTIONS', '/mfa/', {
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });

it.each([FRIEND, STRANGER])('a page of %s may not call unless configured', async (origin) => {
  const before = await preflight(closed, origin);
  expect(before.status).toBe(405);
  for (const { headers } of [before, await call(closed, origin)]) {
    expect(headers.get('access-control-allow-origin')).toBeNull();
  }
});

it('a page of a configured origin may call with an access token and JSON', async () => {
  const before = await preflight(open, FRIEND);
  expect(before.status).toBe(204);
  expect(before.headers.get('access-control-allow-origin')).toBe(FRIEND);
  expect(before.headers.get('access-control-allow-methods')).toContain('POST');
  expect(before.headers.get('access-control-allow-headers')).toBe('authorization,content-type');
  const { headers } = await call(open, FRIEND);
  expect(headers.get('access-control-allow-origin')).toBe(FRIEND);
  expect(headers.get('access-control-allow-credentials')).toBeNull();
  expect(headers.get('vary')).toContain('Origin');
});

it.each([STRANGER, 'null', `${FRIEND}.evil.example`, 'http://app.example.org'])(
  'a page of %s may not call when another is configured',
  async (origin) => {
    for (const { headers } of [await preflight(open, origin), await call(open, origin)]) {
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  },
);

it('takes an OPTIONS that asks for no permission for a request like any other', async () => {
  for (const headers of [{}, { origin: FRIEND }, { 'access-control-request-method': 'POST' }]) {
    const reply = await open.send('OPTIONS', '/login/', { headers });
    expect([reply.status, reply.body.code]).toEqual([405, 'method_not_allowed']);
    expect(reply.headers.get('allow')).toBe('POST');
  }
});
