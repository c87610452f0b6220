import { toBlock } from './address-block.js';
import { ownAddressOf } from './client-address.js';

const PROXIES = ['10.0.0.0/8'].map(toBlock);

const ownAddress = (ip: string | undefined, peer: string, header = 'accept', proxies = PROXIES) =>
  ownAddressOf(
    {
      ip,
      // A configured proxy always shows it.
      headers: { ...(ip === peer ? {} : { 'x-forwarded-for': ip }), [header]: ip },
      socket: { remoteAddress: peer },
    },
    proxies,
  );

describe('the own address of a client', () => {
  it.each<[what: string, own: string | null, ip: string | undefined, peer: string, header: string]>(
    [
      ['the peer', '192.0.2.1', '192.0.2.1', '192.0.2.1', 'accept'],
      ['what a proxy says', '192.0.2.1', '192.0.2.1', '10.0.0.1', 'x-forwarded-for'],
      ['not a proxy', null, '10.0.0.1', '10.0.0.1', 'accept'],
      ['not a proxy that is written as IPv6', null, '::ffff:10.0.0.1', '::ffff:10.0.0.1', 'accept'],
      ['not a proxy behind a proxy', null, '10.0.0.2', '10.0.0.1', 'x-forwarded-for'],
      ['without its port', '192.0.2.1', '192.0.2.1:40001', '10.0.0.1', 'x-forwarded-for'],
      ['not a proxy with a port', null, '10.0.0.2:443', '10.0.0.1', 'x-forwarded-for'],
      ['not what is none', null, 'unknown', '10.0.0.1', 'x-forwarded-for'],
      ['not nothing', null, undefined, '192.0.2.1', 'accept'],
    ],
  )('is %s', (_, own, ip, peer, header) => {
    expect(ownAddress(ip, peer, header)).toBe(own);
  });

  it.each([
    'forwarded',
    'via',
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-real-ip',
    'x-client-ip',
    'true-client-ip',
    'cf-connecting-ip',
  ])('is not a stranger who sends %s', (header) => {
    expect(ownAddress('192.0.2.1', '192.0.2.1', header)).toBeNull();
    expect(ownAddress('192.0.2.1', '10.0.0.1', header)).toBe('192.0.2.1');
  });

  it.each(['10.0.0.1', '::ffff:10.0.0.1', '::ffff:10.0.0.0/104'])(
    'is not the proxy that is configured as %s',
    (proxy) => {
      for (const peer of ['10.0.0.1', '::ffff:10.0.0.1']) {
        expect(ownAddress(peer, peer, 'accept', [toBlock(proxy)])).toBeNull();
      }
    },
  );
});
