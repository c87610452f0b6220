import { type HttpRequest } from './http-request.js';

/** The longest token: as long as all headers of a request together, by default of Node. */
const LONGEST_TOKEN = 16 * 1024;

/** What a header may carry: visible characters of ASCII [RFC 9110 §5.5]. */
const FITS_HEADER = /^[\x21-\x7e]+$/;

/** The request that opened a WebSocket. */
interface UpgradeRequest extends Pick<HttpRequest, 'headers'> {
  readonly socket?: { readonly remoteAddress?: string | undefined } | undefined;
}

/** How socket.io shows the request that opened a connection. */
interface Handshake extends Pick<HttpRequest, 'headers'> {
  /** The address of the connection: of the last proxy, if there is one. */
  readonly address?: string | undefined;
  /** What the client gave as `auth`, untrusted. */
  readonly auth?: { readonly token?: unknown } | undefined;
}

/** The client of a WebSocket: a socket of socket.io, or one of `ws`. */
export interface SocketClient {
  /** Of socket.io alone. */
  readonly handshake?: Handshake | undefined;
  /** The gateway keeps the second argument of `handleConnection` here, where there is no `handshake`. */
  readonly request?: UpgradeRequest | undefined;
  /** Of `ws` alone. */
  readonly readyState?: number | undefined;
  emit?(event: string, data: unknown): unknown;
  send?(text: string): unknown;
}

/** The request that opened the connection; null where the client has none. */
export function openingRequestOf({ handshake, request }: SocketClient): HttpRequest | null {
  if (handshake !== undefined) return { ip: handshake.address, headers: headersOf(handshake) };
  if (request === undefined) return null;
  return { ip: request.socket?.remoteAddress, headers: request.headers };
}

/** Browsers cannot set a header, so socket.io sends a token as `auth: { token }`. A header goes first. */
function headersOf({ headers, auth }: Handshake): HttpRequest['headers'] {
  const token = auth?.token;
  if (headers['authorization'] !== undefined || !isToken(token)) return headers;
  return { ...headers, authorization: `Bearer ${token}` };
}

function isToken(token: unknown): token is string {
  return typeof token === 'string' && token.length <= LONGEST_TOKEN && FITS_HEADER.test(token);
}
