import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { startServer, type TestServer } from '../../support/server.js';

const ORIGIN = 'https://app.example';
const HOST = 'Host: localhost\r\nConnection: close\r\n';
const JSON_BODY = 'Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';
const CHUNKED = 'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
const LOGIN = '/api/auth/login/';
/** More than the server reads of headers. */
const LONG = 'a'.repeat(17 * 1024);

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ CORS_ORIGINS: ORIGIN });
});
afterAll(() => server.stop());

/** Sends bytes as they are, and reads until the server hangs up. */
async function exchange(bytes: string) {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(bytes, 'latin1');
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = new Headers(lines.map((line) => line.split(': ', 2) as [string, string]));
  return { status: Number(statusLine.split(' ')[1]), headers, body };
}

async function expectProblem(bytes: string, status: number, code: string) {
  const answer = await exchange(bytes);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    status,
    'application/problem+json; charset=utf-8',
  ]);
  expect(answer.headers.get('content-length')).toBe(String(answer.body.length));
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(JSON.parse(answer.body)).toMatchObject({ status, code });
  return answer;
}

it.each([
  ['has too many headers', `GET / HTTP/1.1\r\n${HOST}X: ${LONG}\r\n\r\n`, 431, 'headers_too_large'],
  ['has a long address', `GET /${LONG} HTTP/1.1\r\n${HOST}\r\n`, 431, 'headers_too_large'],
  ['is no HTTP', 'garbage\r\n\r\n', 400, 'malformed_request'],
  ['is a greeting of TLS', '\x16\x03\x01\x02\x00\x01', 400, 'malformed_request'],
  ['is of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'malformed_request'],
  [
    'has a length in words',
    `POST / HTTP/1.1\r\n${HOST}Content-Length: x\r\n\r\n`,
    400,
    'malformed_request',
  ],
  [
    'says two lengths',
    `POST ${LOGIN} HTTP/1.1\r\n${HOST}Content-Length: 2\r\n${CHUNKED}0\r\n\r\n`,
    400,
    'malformed_request',
  ],
  [
    'has a broken body',
    `POST ${LOGIN} HTTP/1.1\r\n${HOST}${CHUNKED}zz\r\n\r\n`,
    400,
    'malformed_request',
  ],
  [
    'has a body with endless extensions',
    `POST ${LOGIN} HTTP/1.1\r\n${HOST}${CHUNKED}2;${LONG}\r\n{}\r\n0\r\n\r\n`,
    413,
    'payload_too_large',
  ],
  [
    'has a method that nobody knows',
    `BREW ${LOGIN} HTTP/1.1\r\n${HOST}\r\n`,
    501,
    'not_implemented',
  ],
  [
    'has a method in small letters',
    `post ${LOGIN} HTTP/1.1\r\n${HOST}\r\n`,
    501,
    'not_implemented',
  ],
  ['asks for a tunnel', `CONNECT example.org:443 HTTP/1.1\r\n${HOST}\r\n`, 501, 'not_implemented'],
])('answers a request that %s as a problem', async (_, bytes, status, code) => {
  await expectProblem(bytes, status, code);
});

it.each([
  [
    'lacks its host',
    `GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n`,
    400,
    'malformed_request',
  ],
  [
    'has two hosts',
    `GET /health/live HTTP/1.1\r\n${HOST}Host: b\r\n\r\n`,
    400,
    'malformed_request',
  ],
  [
    'expects what there is not',
    `POST ${LOGIN} HTTP/1.1\r\n${HOST}Expect: tea\r\n${JSON_BODY}`,
    417,
    'expectation_failed',
  ],
  [
    'has a body in another transfer coding',
    `POST ${LOGIN} HTTP/1.1\r\n${HOST}${CHUNKED.replace('chunked', 'gzip, chunked')}2\r\n{}\r\n0\r\n\r\n`,
    501,
    'not_implemented',
  ],
  [
    'is packed',
    `POST ${LOGIN} HTTP/1.1\r\n${HOST}Content-Encoding: gzip\r\n${JSON_BODY}`,
    415,
    'unsupported_media_type',
  ],
])('answers a request that %s as a problem with its id', async (_, bytes, status, code) => {
  const { headers } = await expectProblem(bytes, status, code);
  expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/);
});

it.each([
  ['an old client without a host', 'GET /health/live HTTP/1.0\r\n\r\n'],
  ['an address in full', `GET http://localhost/health/live HTTP/1.1\r\n${HOST}\r\n`],
  [
    'a client that waits to be told to go on',
    `GET /health/live HTTP/1.1\r\n${HOST}Expect: 100-continue\r\n\r\n`,
  ],
])('answers %s', async (_, bytes) => {
  const { status, body } = await exchange(bytes);
  expect(status === 100 ? body : `HTTP/1.1 ${status}`).toMatch(/^HTTP\/1.1 200/);
});

describe('a method that an address does not answer', () => {
  const bodies = [
    '\r\n',
    JSON_BODY,
    JSON_BODY.replace('{}', '{['),
    JSON_BODY.replace('json', 'xml'),
  ];
  const methods = ['QUERY', 'PROPFIND', 'TRACE', 'M-SEARCH', 'PUT', 'DELETE'];

  it.each(methods.flatMap((method) => bodies.map((body) => [method, body] as const)))(
    'is the fault of %s, whatever comes with it: %j',
    async (method, body) => {
      const bytes = `${method} ${LOGIN} HTTP/1.1\r\n${HOST}Origin: ${ORIGIN}\r\n${body}`;
      const { headers } = await expectProblem(bytes, 405, 'method_not_allowed');
      expect(headers.get('allow')).toBe('POST');
      expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
    },
  );

  it.each(['QUERY', 'POST'])('is not why %s finds nothing', async (method) => {
    const bytes = `${method} /nothing HTTP/1.1\r\n${HOST}${JSON_BODY.replace('{}', '{[')}`;
    await expectProblem(bytes, 404, 'not_found');
  });
});
