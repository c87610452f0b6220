import { type ClientInfo } from '../../core/ports/mfa-passed.js';
import { addressIn } from '../../core/ports/network-of.js';
import { type HttpRequest } from './http-request.js';

const LONGEST_USER_AGENT = 256;

/**
 * From where a request came. The address is the platform's `request.ip`, so that it believes
 * `X-Forwarded-For` exactly as far as the host told the platform to. It is kept without a port, in one
 * spelling; what is none, such as `unknown` [RFC 7239 §6.2], is null.
 */
export function clientOf(request: HttpRequest): ClientInfo {
  return { ip: addressIn(request.ip ?? null), userAgent: userAgentOf(request) };
}

/** Cleaned of control characters: the text ends up in logs and mails. */
function userAgentOf({ headers }: HttpRequest): string | null {
  const header = headers['user-agent'];
  if (typeof header !== 'string') return null;
  return header.slice(0, LONGEST_USER_AGENT).replace(/\p{Cc}/gu, '') || null;
}
