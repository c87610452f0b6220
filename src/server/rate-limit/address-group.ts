import { networkOf } from '../../mfa/index.js';

/** One customer of a provider has at least this much of IPv6 to take addresses from [RFC 6177 §2]. */
const CLIENT_BITS = 64;

/** One customer has this much at most, commonly [RFC 6177 §2]; other providers give it to many. */
const SITE_BITS = 48;

/** What counts as one client: an IPv4 address, however it is written, or a /64 of IPv6. */
export function addressGroup(text: string): string {
  return networkOf(text, CLIENT_BITS);
}

/**
 * The /48 of IPv6 that an address belongs to: one customer can have as much, and 65536 clients in it.
 * Null for all others, of whom {@link addressGroup} says everything.
 */
export function siteGroup(text: string): string | null {
  const site = networkOf(text, SITE_BITS);
  return site.includes('/') ? site : null;
}
