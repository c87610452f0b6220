import { clientNetwork } from './client-network.js';

describe('clientNetwork', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:4711', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['2001:db8:1:2ff::1', '2001:db8:1:200::/56'],
    ['2001:DB8:1:200:ffff::2', '2001:db8:1:200::/56'],
    ['[2001:db8:1:201::1]:4711', '2001:db8:1:200::/56'],
    ['2001:db8:1:300::1', '2001:db8:1:300::/56'],
    ['fe80::1%eth0', 'fe80::/56'],
  ])('has %s in %s', (ip, network) => {
    expect(clientNetwork(ip)).toBe(network);
  });

  it.each([[null], [''], ['junk'], ['192.0.2.1, 192.0.2.2'], ['_hidden']])(
    'has %j in one network with all that is no address',
    (ip) => {
      expect(clientNetwork(ip)).toBe('unknown');
    },
  );
});
