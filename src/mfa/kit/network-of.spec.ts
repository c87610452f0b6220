import { addressIn, networkOf } from './network-of.js';

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

  it('takes as much of IPv6 as it is told', () => {
    expect(networkOf('2001:db8:1:2:3::1', 64)).toBe('2001:db8:1:2::/64');
    expect(networkOf('2001:db8:1:2:3::1', 48)).toBe('2001:db8:1::/48');
  });
});

describe('addressIn', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:4711', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['[2001:DB8::1]:4711', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['call 555', null],
    ['192.0.2.1 call 555', null],
    ['', null],
    [null, null],
  ])('reads of %j %s', (text, address) => {
    expect(addressIn(text)).toBe(address);
  });
});
