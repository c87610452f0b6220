import ipaddr from 'ipaddr.js';

/**
 * What one customer of a provider commonly has of IPv6: a /56 [RIPE-690 §4.2]. A narrower prefix
 * would make 256 networks of each household.
 */
const IPV6_NETWORK_BITS = 56;

/** Some proxies add the port, another for each connection: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
const WITH_PORT = /^(?:([\d.]+)|\[([^\]]*)\])(?::\d{1,5})?$/;

/**
 * The network that an address belongs to: the address itself for IPv4, however it is written, and a
 * prefix for IPv6. All that is no address is one network, as its writer could make any number.
 *
 * @param text as the platform has it; null where it has none
 * @param ipv6Bits length of the prefix of IPv6
 */
export function networkOf(text: string | null, ipv6Bits: number = IPV6_NETWORK_BITS): string {
  const address = addressIn(text);
  if (address === null) return 'unknown';
  if (ipaddr.IPv4.isValid(address)) return address;
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${address}/${ipv6Bits}`);
  return `${network.toString()}/${ipv6Bits}`;
}

/** The address that a text holds, in one spelling, without port and zone; null: it is none. */
export function addressIn(text: string | null): string | null {
  const [, ipv4, ipv6] = WITH_PORT.exec(text ?? '') ?? [];
  const address = ipv4 ?? ipv6 ?? text ?? '';
  // A zone, as in fe80::1%eth0, names the server's own interface.
  return ipaddr.isValid(address) ? ipaddr.process(address).toString().replace(/%.*$/, '') : null;
}
