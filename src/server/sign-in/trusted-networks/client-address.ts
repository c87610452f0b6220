import { addressIn } from '../../../mfa/index.js';
import { type FirstFactorRequest } from '../first-factor.js';
import { type AddressBlock, isInAnyForm } from './address-block.js';

/**
 * Headers that proxies add: each of them shows that somebody forwards the request [RFC 7239 §4, RFC 9110
 * §7.6.3].
 */
const FORWARDING_HEADERS = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'x-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
];

/**
 * The client's own address, or null when it is not certain: it is a configured proxy's, or the peer
 * forwards the request without being one. A proxy that adds no header looks like a client.
 */
export function ownAddressOf(
  { ip, socket, headers }: FirstFactorRequest,
  proxies: readonly AddressBlock[],
): string | null {
  const own = addressIn(ip ?? null);
  if (own === null || proxies.some((block) => isInAnyForm(own, block))) return null;
  const isForwarded =
    ip === socket?.remoteAddress
      ? FORWARDING_HEADERS.some((name) => headers[name] !== undefined)
      : originOf(headers['x-forwarded-for']) !== ip;
  return isForwarded ? null : own;
}

/** The client in a chain of proxies: each proxy appends its peer. */
function originOf(forwardedFor: string | readonly string[] | undefined): string | undefined {
  return [forwardedFor].flat().join(',').split(',')[0]?.trim();
}
