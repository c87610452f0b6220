import { stringifySetCookie } from 'cookie';
import { type JsonObject } from '../../contract/handler.js';
import { type TrustedDevice } from '../devices/device-logins.js';
import { type IssuedCookie, type IssuedTokens } from '../ports/issued-tokens.js';

/** A header of a response; a name may occur several times. */
export type HeaderLine = readonly [name: string, value: string];

/** The response to a client that has passed everything, once that is committed. */
export interface IssuedResponse {
  /** {@link IssuedTokens.body}. */
  readonly tokens: JsonObject;
  /** The headers and the cookies, for {@link IssuedResponses.write}. */
  readonly headers: readonly HeaderLine[];
  /** The device that is remembered, with its token for the next login. Absent: none is. */
  readonly device?: TrustedDevice;
}

/** Headers about the body and its caching: the writer of the response sets them. */
const RESERVED_HEADERS: readonly string[] = [
  'cache-control',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'set-cookie',
  'transfer-encoding',
];

/**
 * The part of issued tokens that is sent to the client.
 *
 * @param device that was remembered with them; absent: none
 * @throws {Error} for a header or a cookie that a browser would drop or misread
 */
export function answerOf(
  { body, cookies = [], headers = {} }: IssuedTokens,
  device?: TrustedDevice,
): IssuedResponse {
  return {
    ...(device && { device }),
    tokens: body,
    headers: [
      ...Object.entries(headers).map(checkedHeader),
      ...cookies.map((cookie): HeaderLine => ['Set-Cookie', setCookie(cookie)]),
    ],
  };
}

function checkedHeader([name, value]: [string, string]): HeaderLine {
  try {
    new Headers([[name, value]]);
  } catch (cause) {
    throw new Error(`TokenIssuer.issue gave the header "${name}", which HTTP does not know so.`, {
      cause,
    });
  }
  if (!RESERVED_HEADERS.includes(name.toLowerCase())) return [name, value];
  throw new Error(
    `TokenIssuer.issue gave the header "${name}", which is not its to set; cookies go into "cookies".`,
  );
}

/** The defaults of the parameter take the place of an `undefined` too, which a host may give. */
function setCookie({
  path = '/',
  httpOnly = true,
  secure = true,
  sameSite = 'lax',
  ...cookie
}: IssuedCookie): string {
  const { name, value, domain, maxAgeSeconds } = cookie;
  const isForHost = /^__host-/i.test(name);
  if (!secure && (isForHost || /^__secure-/i.test(name) || sameSite === 'none')) {
    throw refusal(name, 'secure: true');
  }
  if (isForHost && (path !== '/' || domain !== undefined)) {
    throw refusal(name, 'the path "/" and no domain');
  }
  const bounds = {
    ...(domain !== undefined && { domain }),
    ...(maxAgeSeconds !== undefined && { maxAge: maxAgeSeconds }),
  };
  try {
    return stringifySetCookie({ name, value, path, httpOnly, secure, sameSite, ...bounds });
  } catch (cause) {
    throw new Error(`TokenIssuer.issue gave a cookie that is none: ${String(cause)}`, { cause });
  }
}

/** For a cookie that browsers drop silently [RFC 6265bis §4.1.3, §5.7]. */
function refusal(name: string, needed: string): Error {
  return new Error(
    `TokenIssuer.issue gave the cookie "${name}", which browsers drop: it needs ${needed}.`,
  );
}
