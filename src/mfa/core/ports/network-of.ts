import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The prefixes of IPv6 by owner, in bits. All code takes them from here. */
const IPV6_BITS = {
  /** The least that a provider gives to one customer [RFC 6177 §2]. */
  client: 64,
  /**
   * What one customer commonly has [RIPE-690 §4.2]. With a /64, each household would be 256 networks.
   */
  network: 56,
  /** The most that one customer commonly has [RFC 6177 §2]. Some providers share one among many customers. */
  site: 48,
} as const;

/** A site may have this many times the share of one client or network. */
export const SHARES_OF_SITE = 16;

/** Some proxies add the port, which differs by connection: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
const WITH_PORT = /^(?:([\d.]+)|\[([^\]]*)\])(?::\d{1,5})?$/;

/**
 * The network of an address: the address itself for IPv4, in one spelling, and a /56 of IPv6. All texts that
 * are no address are one network, because a sender could invent any number of them.
 *
 * @param text the address as the platform reports it; null without one
 */
export function networkOf(text: string | null): string {
  return prefixOf(text, IPV6_BITS.network);
}

/** As {@link networkOf}, but a /64 of IPv6, the least that one client has. */
export function clientNetworkOf(text: string | null): string {
  return prefixOf(text, IPV6_BITS.client);
}

/**
 * The /48 of an IPv6 address. One customer may have that much, which is 256 networks. So every limit of a
 * network also holds for its site, {@link SHARES_OF_SITE} times as high. Null for everything but IPv6.
 */
export function siteOf(text: string | null): string | null {
  const site = prefixOf(text, IPV6_BITS.site);
  return site.includes('/') ? site : null;
}

/** The largest network that one customer may have: {@link siteOf}, or {@link networkOf} where that is null. */
export function widestNetworkOf(text: string | null): string {
  return siteOf(text) ?? networkOf(text);
}

function prefixOf(text: string | null, ipv6Bits: number): string {
  const address = addressIn(text);
  if (address === null) return 'unknown';
  if (ipaddr.IPv4.isValid(address)) return address;
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${address}/${ipv6Bits}`);
  return `${network.toString()}/${ipv6Bits}`;
}

/**
 * The address in a text, in one spelling, without port and zone; null when it is none. Parts of IPv4 must be
 * decimal, as programs differ in how they read octal and hexadecimal ones.
 */
export function addressIn(text: string | null): string | null {
  const [, ipv4, ipv6] = WITH_PORT.exec(text ?? '') ?? [];
  const address = ipv4 ?? ipv6 ?? text ?? '';
  // A zone, as in fe80::1%eth0, names an interface of the server.
  return isIP(address) !== 0 ? ipaddr.process(address).toString().replace(/%.*$/, '') : null;
}
