import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { readDocument } from '../../support/documents.js';
import { startServer, type TestServer } from '../../support/server.js';

describe('the shell around the routes', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  /** The path as it is given: `fetch` would tidy it up. */
  async function get(path: string): Promise<{ status: number; type: string; body: string }> {
    const { hostname, port } = new URL(server.url);
    const sent = request({ hostname, port, path }).end();
    const [response]: IncomingMessage[] = await once(sent, 'response');
    if (response === undefined) throw new Error('No answer.');
    const status = response.statusCode ?? 0;
    return { status, type: String(response.headers['content-type']), body: await text(response) };
  }

  function send(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${server.url}${path}`, init);
  }

  it.each(['/health/live', '/health/live/', '/health/ready', '/health/ready/'])(
    'answers %s',
    async (path) => {
      expect(await get(path)).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    },
  );

  it.each(['//health/live', '/health//live', '/nothing', '/%zz', '/health/live%ff', '/%41%'])(
    'does not know %s, and says so as a problem',
    async (path) => {
      const answer = await get(path);
      expect(answer.status).toBe(404);
      expect(answer.type).toContain('application/problem+json');
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'not_found', instance: path });
    },
  );

  it('takes a query that cannot be decoded for none of its business', async () => {
    expect(await get('/health/live?x=%zz')).toMatchObject({ status: 200 });
  });

  it.each([
    ['POST', '/', 'GET, HEAD'],
    ['GET', '/api/auth/login', 'POST'],
    ['PUT', '/api/auth/mfa/', 'GET, HEAD, POST'],
    ['OPTIONS', '/api/auth/login/verify/', 'POST'],
  ])('refuses %s %s and names what is allowed', async (method, path, allowed) => {
    const response = await send(path, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(allowed);
    expect(await response.json()).toMatchObject({ code: 'method_not_allowed' });
  });

  it.each([
    ['text/plain', 'hello'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['application/xml', '<a/>'],
  ])('refuses a body of type %s', async (type, body) => {
    const headers = { 'Content-Type': type };
    const response = await send('/api/auth/login/', { method: 'POST', headers, body });
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ code: 'unsupported_media_type' });
  });

  it('refuses a body above 64 KiB', async () => {
    const body = JSON.stringify({ username: 'a'.repeat(64 * 1024) });
    const headers = { 'Content-Type': 'application/json' };
    const response = await send('/api/auth/login/', { method: 'POST', headers, body });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ code: 'payload_too_large' });
  });

  it.each(['/health/live', '/nothing', '/%zz', '/api/docs'])(
    'sets the protective headers on %s and names no software',
    async (path) => {
      const { headers } = await send(path);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('content-security-policy')).not.toContain('unsafe-eval');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('server')).toBeNull();
    },
  );

  it('lets no other origin read its answers', async () => {
    const { headers } = await send('/health/live', { headers: { Origin: 'https://evil.example' } });
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('serves Swagger UI, its script, and the document in both forms', async () => {
    expect(await (await send('/api/docs')).text()).toContain('/api/docs/ui-flow.js');
    expect(await (await send('/api/docs/ui-flow.js')).text()).toContain('globalThis.uiFlow');
    const { paths } = JSON.parse(await (await send('/api/docs-json')).text());
    expect(Object.keys(paths).slice(0, 3)).toEqual([
      '/api/auth/registration',
      '/api/auth/login',
      '/api/auth/login/verify',
    ]);
    expect(await (await send('/api/docs-yaml')).text()).toContain('/api/auth/login/verify:');
  });

  it.each(['json', 'yaml'])('sends the document (%s) once to who keeps it', async (form) => {
    const first = await send(`/api/docs-${form}`);
    const tag = first.headers.get('etag') ?? '';
    expect(tag).toMatch(/^"[\w-]{43}"$/);
    const again = await send(`/api/docs-${form}`, { headers: { 'if-none-match': tag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  it('leads on from its first page to all others', async () => {
    const page = await send('/');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const links = [...(await page.text()).matchAll(/href="([^"]+)"/g)].map(
      ([, path]) => path ?? '',
    );
    expect(links).toEqual(['/api/docs', '/dev/mailbox', '/health/ready', '/README.md']);
    for (const path of links) expect((await send(path)).status).toBe(200);
    expect(await (await send('/README.md')).text()).toBe(readDocument('README.md'));
  });

  it('fills the forms of Swagger UI with the account of the tour', async () => {
    const { components } = JSON.parse(await (await send('/api/docs-json')).text());
    const { username, email, password } = components.schemas.RegistrationBody.properties;
    const account = { username, email, password };
    const examples = Object.entries<{ example: string }>(account).map(([name, { example }]) => [
      name,
      example,
    ]);
    expect(readDocument('docs/tour.md')).toContain(
      JSON.stringify(Object.fromEntries(examples)).replaceAll(/(?<=[:,])(?=")/g, ' '),
    );
    const document = await (await send('/api/docs-json')).text();
    expect(document).not.toContain('battery staple');
    // The form of a sign-in is an example of its own.
    expect(document).toContain(`"password":"${password.example}"`);
  });

  it('shows the development mailbox', async () => {
    expect(await (await send('/dev/mailbox')).text()).toContain('No message yet');
    expect(await (await send('/dev/mailbox.json')).json()).toEqual([]);
  });
});

describe('the shell, configured', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({
      CORS_ORIGINS: 'https://app.example',
      SMTP_URL: 'smtp://127.0.0.1:1',
    });
  });
  afterAll(() => server.stop());

  it.each([
    ['https://app.example', 'https://app.example'],
    ['https://evil.example', null],
  ])('answers a preflight of %s with %s', async (origin, allowed) => {
    const { headers } = await fetch(`${server.url}/api/auth/login/`, {
      method: 'OPTIONS',
      headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
    });
    expect(headers.get('access-control-allow-origin')).toBe(allowed);
  });

  it('lets a configured origin use every method and see when to try again', async () => {
    const headers = { Origin: 'https://app.example', 'Access-Control-Request-Method': 'DELETE' };
    const preflight = await fetch(`${server.url}/api/auth/mfa/`, { method: 'OPTIONS', headers });
    expect(preflight.headers.get('access-control-allow-methods')).toContain('DELETE');
    const answer = await fetch(`${server.url}/health/live`, { headers });
    expect(answer.headers.get('access-control-expose-headers')).toContain('Retry-After');
  });

  it('leads to no mailbox where there is none', async () => {
    expect(await (await fetch(`${server.url}/`)).text()).not.toContain('mailbox');
  });

  it.each(['/dev/mailbox', '/dev/mailbox.json'])('has no %s beside a mail server', async (path) => {
    expect((await fetch(`${server.url}${path}`)).status).toBe(404);
  });
});
