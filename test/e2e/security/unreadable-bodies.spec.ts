import { gzipSync } from 'node:zlib';
import { HttpClient } from '../../support/http-client.js';
import { PLATFORMS } from '../../support/library-http-app.js';
import { startLibraryHost } from '../../support/library-host.js';
import { expectFaults, expectProblem, type Problem, REQUIRED } from '../../support/problems.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
const MALFORMED: Problem = [400, 'malformed_body', 'The body could not be read.'];
const INVALID = ['Not a valid value.'];

const otherCharset = (type: string): Problem => [
  415,
  'unsupported_media_type',
  `Unsupported media type "${type}; charset=iso-8859-1" in request.`,
];

/** `correct horse battÿry`, as an old program writes it: the byte is no UTF-8. */
const bytes = (body: string) => Buffer.from(body, 'latin1');

describe('the server', () => {
  let server: TestServer;
  let me: SignedIn;

  beforeAll(async () => {
    server = await startServer();
    me = await server.signUp();
  });
  afterAll(() => server.stop());

  const login = (contentType: string, body: string | Buffer) =>
    server.send('POST', '/login/', { headers: { 'content-type': contentType }, body });

  it.each([
    ['JSON with bytes that are no UTF-8', JSON_TYPE, bytes('{"username":"ada","password":"ÿþ"}')],
    ['a surrogate as bytes', JSON_TYPE, Buffer.from('7b2278223a22eda080227d', 'hex')],
    ['an overlong form of "/"', JSON_TYPE, Buffer.from('7b2278223a22c0af227d', 'hex')],
    ['what other bytes were replaced by', JSON_TYPE, '{"username":"ada","password":"\\ufffd"}'],
    ['a form with bytes that are no UTF-8', FORM_TYPE, bytes('username=ada&password=ÿ')],
    ['a form with such escapes', FORM_TYPE, 'username=ada&password=%FF'],
    ['a form with half of an escape', FORM_TYPE, 'username=ada&password=%F'],
    ['a form with __proto__', FORM_TYPE, '__proto__=1'],
  ])('does not read %s', async (_, contentType, body) => {
    expectProblem(await login(contentType, body), MALFORMED);
  });

  it.each([JSON_TYPE, FORM_TYPE])('reads %s in no other charset', async (type) => {
    const reply = await login(`${type}; charset=iso-8859-1`, bytes('{"username":"ÿ"}'));
    expectProblem(reply, otherCharset(type));
    expectProblem(await login(`${type}; charset="ISO-8859-1"`, '{}'), otherCharset(type));
  });

  it.each([JSON_TYPE, FORM_TYPE])('unpacks no %s', async (type) => {
    const headers = { 'content-type': type, 'content-encoding': 'gzip' };
    const reply = await server.send('POST', '/login/', { headers, body: gzipSync('{}') });
    const detail = 'Unsupported content encoding "gzip" in request.';
    expectProblem(reply, [415, 'unsupported_media_type', detail]);
  });

  it('reads a form as it was written', async () => {
    const { username, password } = me.user;
    const text = new URLSearchParams({ username, password }).toString();
    expect((await login(`${FORM_TYPE};charset=UTF-8`, text)).status).toBe(200);
    const many = `${'a=1&'.repeat(2_000)}username=ada`;
    expectFaults(await login(FORM_TYPE, many), { a: ['Unexpected field.'], password: REQUIRED });
  });

  it('takes half of a character for no text', async () => {
    const { username } = me.user;
    const body = `{"username":"${username}","password":"correct \\ud800"}`;
    expectFaults(await login(JSON_TYPE, body), { password: INVALID });
    const change = { old_password: me.user.password, new_password: 'correct \udc00 horse' };
    const changed = await server.post('/password/change/', change, me.access);
    expectFaults(changed, { new_password: INVALID });
  });

  it('takes a body without a byte for none, whatever its media type', async () => {
    const headers = { 'content-type': JSON_TYPE, authorization: `Bearer ${me.access}` };
    await server.enrolApp(me);
    const stepUp = await server.send('POST', '/step-up/', { headers, body: '' });
    expect([stepUp.status, stepUp.body.method]).toEqual([200, 'app']);
    expect((await server.send('DELETE', '/sessions/', { headers })).status).toBe(204);
    expectFaults(await login(FORM_TYPE, ''), { username: REQUIRED, password: REQUIRED });
  });
});

describe.each(PLATFORMS)('a host on %s', (_, adapter) => {
  let host: Awaited<ReturnType<typeof startLibraryHost>>;

  beforeAll(async () => {
    host = await startLibraryHost(adapter());
  });
  afterAll(() => host.stop());

  const setUp = (type: string, body: string | Buffer) => {
    const headers = { 'content-type': type, authorization: 'Bearer ada' };
    return new HttpClient(host.url).send('POST', '/mfa/', { headers, body });
  };

  it('reads no bytes that are no text, half characters or other charsets', async () => {
    expectProblem(await setUp(JSON_TYPE, bytes('{"method":"appÿ"}')), MALFORMED);
    expectProblem(await setUp(FORM_TYPE, bytes('method=appÿ')), MALFORMED);
    expectFaults(await setUp(JSON_TYPE, '{"method":"app\\udc00"}'), { method: INVALID });
    for (const type of [JSON_TYPE, FORM_TYPE]) {
      const reply = await setUp(`${type}; charset=iso-8859-1`, '{"method":"app"}');
      // What a host's own parser refuses, the host words.
      expect(reply.status).toBe(415);
    }
  });
});
