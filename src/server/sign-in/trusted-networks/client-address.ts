import { addressIn } from '../../../mfa/index.js';
import { type FirstFactorRequest } from '../first-factor.js';
import { type AddressBlock, isInAnyForm } from './address-block.js';

/** What proxies add: with any of these somebody passes a request on [RFC 7239 §4, RFC 9110 §7.6.3]. */
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
 * The address that a client has itself, or null where that is not certain: when it is the address
 * of a configured proxy, and when the peer passes on what comes from elsewhere without being one. A
 * proxy that adds nothing to a request cannot be told from a client.
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

/** Where a chain of proxies says that it begins: each adds to the end whom it heard. */
function originOf(forwardedFor: string | readonly string[] | undefined): string | undefined {
  return [forwardedFor].flat().join(',').split(',')[0]?.trim();
}
