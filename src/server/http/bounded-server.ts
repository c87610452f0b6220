import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';

/** Requests of one connection that are answered at once. Browsers and proxies send one after the other. */
export const MOST_REQUESTS_AT_ONCE = 10;
/** A client that takes longer to send its request is cut off. */
const REQUEST_TIMEOUT_MILLISECONDS = 30_000;
/** So long a connection may stand still while it is in use: a client that reads no answer is cut off. */
const STANDSTILL_TIMEOUT_MILLISECONDS = 60_000;
/** Longer than load balancers keep a connection that is idle. */
const KEEP_ALIVE_MILLISECONDS = 72_000;

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * An HTTP server that does little for one connection at a time. Node reads 64 KiB at once, with more than a
 * thousand requests in it, and would begin them all. Here the tenth that waits is the last one of its
 * connection, which closes behind its answer; whatever comes after it is not begun, and may be sent again by
 * another connection [RFC 9112 §9.6].
 */
export function createBoundedServer(handle: Handler): Server {
  const underWay = new WeakMap<Socket, number>();
  const full = new WeakSet<Socket>();
  // `refuseUnreadable` looks for the header: Node would refuse without a word.
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
