import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';

/** Concurrent requests of one connection. Browsers and proxies send one after the other. */
export const MOST_REQUESTS_AT_ONCE = 10;
/** A client that takes longer to send its request is cut off. */
const REQUEST_TIMEOUT_MILLISECONDS = 30_000;
/** How long a connection in use may be idle: a client that does not read its answer is cut off. */
const STANDSTILL_TIMEOUT_MILLISECONDS = 60_000;
/** Longer than load balancers keep an idle connection. */
const KEEP_ALIVE_MILLISECONDS = 72_000;

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * An HTTP server that bounds the concurrent requests of one connection. Node reads 64 KiB at once,
 * which may hold more than a thousand pipelined requests, and would begin them all. Here the tenth
 * concurrent request is the last of its connection, which closes after the answer. Later requests
 * are not begun, and a client may send them again on another connection [RFC 9112 §9.6].
 */
export function createBoundedServer(handle: Handler): Server {
  const underWay = new WeakMap<Socket, number>();
  const full = new WeakSet<Socket>();
  // `refuseUnreadable` checks the header; Node's own refusal would be no problem document.
  const server = createServer({ requireHostHeader: false }, (request, response) => {
    const { socket } = request;
    if (full.has(socket)) {
      socket.pause();
      return;
    }
    const requests = (underWay.get(socket) ?? 0) + 1;
    underWay.set(socket, requests);
    response.once('close', () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
    if (requests >= MOST_REQUESTS_AT_ONCE) {
      full.add(socket);
      response.shouldKeepAlive = false;
    }
    handle(request, response);
  });
  server.requestTimeout = REQUEST_TIMEOUT_MILLISECONDS;
  server.timeout = STANDSTILL_TIMEOUT_MILLISECONDS;
  server.keepAliveTimeout = KEEP_ALIVE_MILLISECONDS;
  return server;
}
