import ipaddr from 'ipaddr.js';

/** One customer of a provider has at least this much of IPv6 to take addresses from [RFC 6177 §2]. */
const IPV6_GROUP_BITS = 64;

/** Some proxies add the port, another for each connection: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
const WITH_PORT = /^(?:([\d.]+)|\[([^\]]*)\])(?::\d{1,5})?$/;

/**
 * What counts as one client: an IPv4 address, however it is written, or a /64 of IPv6. All that is
 * no address is one group, as its writer could make any number of them.
 */
export function addressGroup(text: string): string {
  const address = addressIn(text);
  if (address === null) return 'unknown';
  if (ipaddr.IPv4.isValid(address)) return address;
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${address}/${IPV6_GROUP_BITS}`);
  return `${network.toString()}/${IPV6_GROUP_BITS}`;
}

/** The address itself, in one spelling, without port and zone; null: it is none. */
export function addressIn(text: string): string | null {
  const [, ipv4, ipv6] = WITH_PORT.exec(text) ?? [];
  const address = ipv4 ?? ipv6 ?? text;
  return ipaddr.isValid(address) ? withoutZone(ipaddr.process(address)) : null;
}

function withoutZone(address: { toString(): string }): string {
  return address.toString().replace(/%.*$/, '');
}
