import ipaddr from 'ipaddr.js';

/** What one household or small office is given of IPv6 [RFC 6177 §2]. */
const IPV6_NETWORK_BITS = 56;

/** Some proxies add the port, another for each connection: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
const WITH_PORT = /^(?:([\d.]+)|\[([^\]]*)\])(?::\d{1,5})?$/;

/**
 * The network that a request comes from: an IPv4 address, however it is written, or a /56 of IPv6. A
 * whole /24 would have strangers pay for each other. All that is no address is one network, as its
 * writer could make any number of them.
 *
 * @param ip null where the host does not know it: the same network for all such requests
 */
export function clientNetwork(ip: string | null): string {
  const [, ipv4, ipv6] = WITH_PORT.exec(ip ?? '') ?? [];
  const address = ipv4 ?? ipv6 ?? ip ?? '';
  if (!ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  // A zone, as in fe80::1%eth0, names the server's own interface, and no network.
  const plain = parsed.toString().replace(/%.*$/, '');
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${plain}/${IPV6_NETWORK_BITS}`);
  return `${network.toString()}/${IPV6_NETWORK_BITS}`;
}
