import { type ClientInfo } from '../../core/ports/mfa-passed.js';
import { addressIn } from '../../core/ports/network-of.js';
import { type HttpRequest } from './http-request.js';

const LONGEST_USER_AGENT = 256;

/**
 * The origin of a request. The address is `request.ip` of the platform, so `X-Forwarded-For` counts exactly
 * as far as the host has configured the platform. The address has no port and one spelling. A text
 * that is no address, for example `unknown` [RFC 7239 §6.2], becomes null.
 */
export function clientOf(request: HttpRequest): ClientInfo {
  return { ip: addressIn(request.ip ?? null), userAgent: userAgentOf(request) };
}

/** Removes control characters, because logs and mails show the text. */
function userAgentOf({ headers }: HttpRequest): string | null {
  const header = headers['user-agent'];
  if (typeof header !== 'string') return null;
  return header.slice(0, LONGEST_USER_AGENT).replace(/\p{Cc}/gu, '') || null;
}
