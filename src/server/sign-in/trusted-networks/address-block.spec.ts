import { isIn, isInAnyForm, readTrustedBlock, toBlock } from './address-block.js';

describe('a block of trust', () => {
  it.each(['192.168.0.0/24', '10.0.0.0/8', '192.0.2.7/32', '2001:db8::/32', '::1/128', 'fd00::/8'])(
    'is %s',
    (text) => {
      expect(readTrustedBlock(text)).not.toBeNull();
    },
  );

  it.each([
    ['an address without its length', '192.168.0.1'],
    ['not the first address of the block', '192.168.0.1/24'],
    ['not the first address of the block', '2001:db8::1/32'],
    ['everybody', '0.0.0.0/0'],
    ['everybody', '::/0'],
    ['a short form', '10/8'],
    ['a short form', '0x0a.0.0.0/8'],
    ['IPv4 as IPv6', '::ffff:192.168.0.0/120'],
    ['a zone', 'fe80::%eth0/64'],
    ['too long', '10.0.0.0/33'],
    ['no block', 'home'],
    ['no block', ''],
  ])('is not %s: %s', (_, text) => {
    expect(readTrustedBlock(text)).toBeNull();
  });
});

describe('isIn', () => {
  it.each([
    ['192.168.0.0/24', '192.168.0.255', true],
    ['192.168.0.0/24', '192.168.1.0', false],
    ['192.168.0.0/24', '::ffff:192.168.0.7', true],
    ['192.168.0.0/24', '::ffff:c0a8:7', true],
    ['2001:db8::/32', '2001:DB8:1::1', true],
    ['2001:db8::/32', '192.168.0.7', false],
    ['fe80::/64', 'fe80::1%eth0', true],
    ['192.168.0.0/24', 'unknown', false],
    ['192.168.0.0/24', '', false],
    ['10.0.0.1', '10.0.0.1', true],
    ['10.0.0.1', '10.0.0.2', false],
    ['::1', '::1', true],
    ['::1', '::2', false],
    ['::/64', '::1', true],
    ['::/64', '::ffff:10.0.0.1', false],
    ['::/64', '10.0.0.1', false],
  ])('%s, %s: %s', (block, address, is) => {
    expect(isIn(address, toBlock(block))).toBe(is);
  });
});

describe('isInAnyForm', () => {
  it.each([
    ['10.0.0.0/8', '::ffff:10.0.0.1', true],
    ['10.0.0.0/8', '10.0.0.1', true],
    ['::ffff:10.0.0.0/104', '::ffff:10.0.0.1', true],
    ['::ffff:10.0.0.0/104', '10.0.0.1', true],
    ['::ffff:10.0.0.1', '10.0.0.1', true],
    ['::ffff:10.0.0.1', '10.0.0.2', false],
    ['::/64', '10.0.0.1', true],
    ['2001:db8::/32', '2001:db8::1', true],
    ['2001:db8::/32', '10.0.0.1', false],
    ['::/0', 'unknown', false],
  ])('%s, %s: %s', (block, address, is) => {
    expect(isInAnyForm(address, toBlock(block))).toBe(is);
  });
});
