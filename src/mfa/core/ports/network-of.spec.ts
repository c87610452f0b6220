import { addressIn, clientNetworkOf, networkOf, siteOf, widestNetworkOf } from './network-of.js';

describe('networkOf', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['192.0.2.1:4711', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/56'],
    ['2001:DB8:1:ff::', '2001:db8:1::/56'],
    ['2001:db8:1:100::1', '2001:db8:1:100::/56'],
    ['fe80::1%eth0', 'fe80::/56'],
    ['[2001:db8:1:2::1]:4711', '2001:db8:1::/56'],
    ['junk', 'unknown'],
    ['192.0.2.1, 192.0.2.2', 'unknown'],
    ['_hidden', 'unknown'],
    ['', 'unknown'],
    [null, 'unknown'],
  ])('takes %s for %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('clientNetworkOf', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['::1', '::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['[2001:db8:1:2::1]:4711', '2001:db8:1:2::/64'],
    ['[::ffff:192.0.2.1]:1', '192.0.2.1'],
    ['192.0.2.256:80', 'unknown'],
    ['192.0.2.1:', 'unknown'],
    [null, 'unknown'],
  ])('takes %s for %s', (address, network) => {
    expect(clientNetworkOf(address)).toBe(network);
  });
});

describe('siteOf', () => {
  it.each([
    ['2001:db8:1:2::1', '2001:db8:1::/48'],
    ['[2001:db8:1:ffff::1]:4711', '2001:db8:1::/48'],
    ['192.0.2.1', null],
    ['::ffff:192.0.2.1', null],
    ['unknown', null],
    [null, null],
  ])('counts %s in %s', (address, site) => {
    expect(siteOf(address)).toBe(site);
  });
});

describe('widestNetworkOf', () => {
  it.each([
    ['2001:db8:1:2::1', '2001:db8:1::/48'],
    ['192.0.2.1', '192.0.2.1'],
    [null, 'unknown'],
  ])('counts %s in %s', (address, network) => {
    expect(widestNetworkOf(address)).toBe(network);
  });
});

describe('addressIn', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:4711', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['[2001:DB8::1]:4711', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['012.062.0.1', null],
    ['0x7f.0.0.1', null],
    ['1', null],
    ['call 555', null],
    ['192.0.2.1 call 555', null],
    ['', null],
    [null, null],
  ])('reads of %j %s', (text, address) => {
    expect(addressIn(text)).toBe(address);
  });
});
