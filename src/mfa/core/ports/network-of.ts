import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Whose how much of IPv6 is, in bits of a prefix. Nothing else decides it. */
const IPV6_BITS = {
  /** One customer of a provider has at least this much to take addresses from [RFC 6177 §2]. */
  client: 64,
  /**
   * What one customer commonly has [RIPE-690 §4.2]. A narrower prefix would make 256 networks of each
   * household.
   */
  network: 56,
  /** One customer has this much at most, commonly [RFC 6177 §2]; other providers give it to many. */
  site: 48,
} as const;

/** So many clients, or networks, of one site may each have their whole share of something. */
export const SHARES_OF_SITE = 16;

/** Some proxies add the port, another for each connection: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
const WITH_PORT = /^(?:([\d.]+)|\[([^\]]*)\])(?::\d{1,5})?$/;

/**
 * The network that an address belongs to: the address itself for IPv4, however it is written, and a
 * /56 of IPv6. All that is no address is one network, as its writer could make any number.
 *
 * @param text as the platform has it; null where it has none
 */
export function networkOf(text: string | null): string {
  return prefixOf(text, IPV6_BITS.network);
}

/** As {@link networkOf}, but a /64 of IPv6: the least that counts as one client. */
export function clientNetworkOf(text: string | null): string {
  return prefixOf(text, IPV6_BITS.client);
}

/**
 * The /48 of IPv6 that an address belongs to: one customer can have as much, and so 256 networks. What
 * is limited by network is limited by site, too, to {@link SHARES_OF_SITE} times as much. Null for all
 * others, of whom {@link networkOf} says everything.
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
 * The address that a text holds, in one spelling, without port and zone; null: it is none. Parts of IPv4
 * are decimal: others are read as octal or hexadecimal by some and not by others.
 */
export function addressIn(text: string | null): string | null {
  const [, ipv4, ipv6] = WITH_PORT.exec(text ?? '') ?? [];
  const address = ipv4 ?? ipv6 ?? text ?? '';
  // A zone, as in fe80::1%eth0, names the server's own interface.
  return isIP(address) !== 0 ? ipaddr.process(address).toString().replace(/%.*$/, '') : null;
}
