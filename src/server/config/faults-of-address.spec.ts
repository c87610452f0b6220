import { type Addressed, faultsOfAddress } from './faults-of-address.js';
import { isLocalHost } from './is-local-host.js';

const bare: Addressed = {
  NODE_ENV: 'development',
  PUBLIC_URL: null,
  JWT_KEYS: null,
  MFA_SECRET_KEYS: null,
  SMTP_URL: null,
  SMS_GATEWAY_URL: null,
  factors: [{ type: 'app' }, { type: 'email' }],
};
const namesIn = (faults: readonly string[]) => faults.map((fault) => /^\w+/.exec(fault)?.[0]);

describe('isLocalHost', () => {
  it.each(['localhost', 'LOCALHOST', 'app.localhost', '127.0.0.1', '127.9.9.9', '::1', '[::1]'])(
    'knows %s',
    (host) => expect(isLocalHost(host)).toBe(true),
  );

  it.each([
    '0.0.0.0',
    '::',
    '192.168.0.1',
    'example.org',
    'localhost.example.org',
    'xlocalhost',
    '',
  ])('does not take %p for this machine', (host) => expect(isLocalHost(host)).toBe(false));
});

describe('without NODE_ENV=production', () => {
  it.each([
    null,
    'http://localhost:3000',
    'http://a.localhost',
    'http://127.0.0.1',
    'http://[::1]:80',
  ])('%p is for trying out', (PUBLIC_URL) =>
    expect(faultsOfAddress({ ...bare, PUBLIC_URL })).toEqual([]),
  );

  it.each([
    'https://login.example.org',
    'http://login.example.org',
    'http://10.0.0.7',
    'https://localhost',
  ])('%s shows no mails and takes no keys out of a folder', (PUBLIC_URL) => {
    const open = { ...bare, PUBLIC_URL };
    const required = ['SMTP_URL', 'JWT_KEYS', 'MFA_SECRET_KEYS'];
    expect(namesIn(faultsOfAddress(open))).toEqual(required);
    expect(namesIn(faultsOfAddress({ ...open, NODE_ENV: 'test' }))).toEqual(required);
    const given = { SMTP_URL: 'smtp://mail', JWT_KEYS: [], MFA_SECRET_KEYS: [] };
    expect(faultsOfAddress({ ...open, ...given })).toEqual([]);
    const factors = [{ type: 'sms' }, { type: 'notify' }];
    expect(namesIn(faultsOfAddress({ ...open, ...given, factors }))).toEqual([
      'SMS_GATEWAY_URL',
      'NODE_ENV',
    ]);
  });
});

describe('production', () => {
  const production = { ...bare, NODE_ENV: 'production' };

  it.each(['https://login.example.org', 'http://localhost:3000'])('takes %s', (PUBLIC_URL) => {
    expect(faultsOfAddress({ ...production, PUBLIC_URL })).toEqual([]);
  });

  it('refuses http for another machine', () => {
    expect(faultsOfAddress({ ...production, PUBLIC_URL: 'http://login.example.org' })).toEqual([
      'PUBLIC_URL is http://login.example.org: production takes http for this machine alone, so set it to the https origin that clients see.',
    ]);
  });
});
