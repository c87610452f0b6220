import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import { type Duplex } from 'node:stream';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { MfaError, type ProblemCode, problemResponse } from '../../mfa/index.js';

/** The problem for each of Node's error codes; all others are `malformed_request`. */
const CODES: ReadonlyMap<unknown, ProblemCode> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', 'request_timeout'],
  ['HPE_HEADER_OVERFLOW', 'headers_too_large'],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 'payload_too_large'],
]);

/** A request line [RFC 9112 §3]. Node rejects one with an unknown method. */
const REQUEST_LINE = /^[!#$%&'*+.^`|~\w-]+ \S+ HTTP\/1\.[01]\r?\n/;

/** Node's error for a request that it could not read. */
interface ClientError extends Error {
  readonly code?: string;
  /** The bytes that arrived last, beyond the unreadable place too. */
  readonly rawPacket?: unknown;
}

/**
 * Answers a request that Node could not read with a problem, and closes the connection: nobody
 * knows where the next request would begin.
 */
export function answerUnreadable(error: ClientError, socket: Duplex): void {
  if (error.code === 'ECONNRESET') socket.destroy();
  else refuse(socket, codeOf(error));
}

function codeOf({ code, rawPacket }: ClientError): ProblemCode {
  const isUnknownMethod =
    code === 'HPE_INVALID_METHOD' &&
    Buffer.isBuffer(rawPacket) &&
    REQUEST_LINE.test(rawPacket.toString('latin1'));
  return isUnknownMethod ? 'not_implemented' : (CODES.get(code) ?? 'malformed_request');
}

function refuse(socket: Duplex, code: ProblemCode): void {
  if (socket.writable) socket.write(messageOf(code));
  socket.destroy();
}

/** A whole response in wire format. */
function messageOf(code: ProblemCode): string {
  const problem = new MfaError(code);
  const { status, headers, body } = problemResponse(problem, { instance: null, traceId: null });
  const lines = Object.entries({
    ...headers,
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}

/**
 * Refuses, before the body is read, requests that no route answers, and those that Node would
 * refuse without a problem document. Call this before the application listens.
 */
export function refuseUnreadable(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  const server: Server = fastify.server;
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    // The client may be gone by now.
    socket.on('error', () => {});
    refuse(socket, 'not_implemented');
  });
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    server.emit('request', request, response);
  });
  // After the `onRequest` hooks, whose CORS headers let pages of other origins read the refusal.
  fastify.addHook('preParsing', (request, _reply, body, done) => {
    const code = request.is404 ? 'not_found' : refusalOf(request.raw);
    if (code === null) done(null, body);
    else done(new MfaError(code));
  });
}

function refusalOf(request: IncomingMessage): ProblemCode | null {
  const { expect, 'transfer-encoding': coding } = request.headers;
  if (!hasOneHost(request)) return 'malformed_request';
  if (expect !== undefined && !/^100-continue$/i.test(expect)) return 'expectation_failed';
  // Node's parser does not decode other transfer codings [RFC 9112 §6.1].
  if (coding !== undefined && !/^chunked$/i.test(coding)) return 'not_implemented';
  return null;
}

/** The parser keeps the first of several `Host` headers, but a proxy may have routed by another [RFC 9112 §3.2]. */
function hasOneHost({ headersDistinct, httpVersion }: IncomingMessage): boolean {
  const { host: hosts = [] } = headersDistinct;
  return hosts.length === 1 || (hosts.length === 0 && httpVersion === '1.0');
}
