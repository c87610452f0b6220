import ipaddr from 'ipaddr.js';

/** One customer of a provider has at least this much of IPv6 to take addresses from [RFC 6177 §2]. */
const IPV6_GROUP_BITS = 64;

/** Many providers give one home or site as much [RFC 6177 §2]. */
const IPV6_NETWORK_BITS = 56;

/** Some proxies add the port, another for each connection: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
const WITH_PORT = /^(?:([\d.]+)|\[([^\]]*)\])(?::\d{1,5})?$/;

/**
 * What counts as one client: an IPv4 address, however it is written, or a /64 of IPv6. All that is
 * no address is one group, as its writer could make any number of them.
 */
export function addressGroup(text: string): string {
  return groupOf(text, IPV6_GROUP_BITS);
}

/** Like {@link addressGroup}, with all that one home or site has of IPv6, a /56, as one; null: `unknown`. */
export function clientNetwork(ip: string | null): string {
  return groupOf(ip ?? '', IPV6_NETWORK_BITS);
}

function groupOf(text: string, ipv6Bits: number): string {
  const [, ipv4, ipv6] = WITH_PORT.exec(text) ?? [];
  const address = ipv4 ?? ipv6 ?? text;
  if (!ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${withoutZone(parsed)}/${ipv6Bits}`);
  return `${network.toString()}/${ipv6Bits}`;
}

function withoutZone(address: { toString(): string }): string {
  return address.toString().replace(/%.*$/, '');
}
