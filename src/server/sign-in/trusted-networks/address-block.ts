import ipaddr from 'ipaddr.js';

type Address = ReturnType<typeof ipaddr.parse>;

/** Addresses with a common prefix. */
export type AddressBlock = ReturnType<typeof ipaddr.parseCIDR>;

/**
 * Reads a block that a person wrote to name trusted clients. Null for a text that may be a slip: an
 * address that is not the first of its block, a short form of IPv4, a block of IPv4-mapped IPv6
 * addresses, a zone, and a block of every address.
 */
export function readTrustedBlock(text: string): AddressBlock | null {
  if (!isPlainBlock(text)) return null;
  const block = ipaddr.parseCIDR(text);
  const [first, bits] = block;
  if (bits === 0 || (first instanceof ipaddr.IPv6 && first.isIPv4MappedAddress())) return null;
  const network = first instanceof ipaddr.IPv4 ? ipaddr.IPv4 : ipaddr.IPv6;
  return network.networkAddressFromCIDR(text).toString() === first.toString() ? block : null;
}

function isPlainBlock(text: string): boolean {
  if (text.includes(':')) return !text.includes('%') && ipaddr.IPv6.isValidCIDR(text);
  return ipaddr.IPv4.isValidCIDRFourPartDecimal(text);
}

/** A block, or an address as a block of one. @throws {Error} for any other text */
export function toBlock(text: string): AddressBlock {
  if (text.includes('/')) return ipaddr.parseCIDR(text);
  const address = ipaddr.parse(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/**
 * Whether an address lies in a block. An IPv4 address, in any notation, lies only in IPv4 blocks: an IPv6
 * block that includes the mapped addresses [RFC 4291 §2.5.5.2] must not match all of IPv4. A text that is
 * no address lies in no block.
 */
export function isIn(address: string, block: AddressBlock): boolean {
  return ipaddr.isValid(address) && matches(ipaddr.process(address), block);
}

/** As {@link isIn}, but an IPv4 address also lies in the blocks of its mapped address, as in Fastify. */
export function isInAnyForm(address: string, block: AddressBlock): boolean {
  if (!ipaddr.isValid(address)) return false;
  const plain = ipaddr.process(address);
  const forms = plain instanceof ipaddr.IPv4 ? [plain, plain.toIPv4MappedAddress()] : [plain];
  return forms.some((form) => matches(form, block));
}

function matches(address: Address, [first, bits]: AddressBlock): boolean {
  return address.kind() === first.kind() && address.match(first, bits);
}
