import { type Addressed, errorsOfAddress } from './errors-of-address.js';
import { isLocalHost } from './is-local-host.js';

const bare: Addressed = {
  NODE_ENV: 'development',
  isNodeEnvSet: false,
  HOST: '127.0.0.1',
  PUBLIC_URL: null,
  DATABASE_URL: null,
  JWT_KEYS: null,
  MFA_SECRET_KEYS: null,
  SMTP_URL: null,
  SMS_GATEWAY_URL: null,
  PASSWORD_HASH_MEMORY_KIB: 8,
  PASSWORD_HASH_PASSES: 1,
  BACKUP_CODE_HASH_COST: 4,
  registrationIsOpenByDefault: true,
  factors: [{ type: 'app' }, { type: 'email' }],
};
/** The settings that a server at a public address always needs. */
const REQUIRED = [
  'SMTP_URL',
  'DATABASE_URL',
  'JWT_KEYS',
  'MFA_SECRET_KEYS',
  'PASSWORD_HASH_MEMORY_KIB',
  'BACKUP_CODE_HASH_COST',
  'REGISTRATION',
];
const GIVEN = {
  SMTP_URL: 'smtp://mail',
  DATABASE_URL: 'postgres://database/mfa',
  JWT_KEYS: [],
  MFA_SECRET_KEYS: [],
  PASSWORD_HASH_MEMORY_KIB: 19_456,
  PASSWORD_HASH_PASSES: 2,
  BACKUP_CODE_HASH_COST: 10,
  registrationIsOpenByDefault: false,
};
const namesIn = (errors: readonly string[]) => errors.map((error) => /^\w+/.exec(error)?.[0]);

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
    expect(errorsOfAddress({ ...bare, PUBLIC_URL })).toEqual([]),
  );

  it.each([
    'https://login.example.org',
    'http://login.example.org',
    'http://10.0.0.7',
    'https://localhost',
  ])('%s has nothing that is for trying out alone', (PUBLIC_URL) => {
    const open = { ...bare, PUBLIC_URL };
    expect(namesIn(errorsOfAddress(open))).toEqual(REQUIRED);
    expect(namesIn(errorsOfAddress({ ...open, NODE_ENV: 'test' }))).toEqual(REQUIRED);
    expect(errorsOfAddress({ ...open, ...GIVEN })).toEqual([]);
    const factors = [{ type: 'sms' }, { type: 'notify' }, { type: 'pin' }];
    const errors = errorsOfAddress({ ...open, ...GIVEN, factors });
    expect(namesIn(errors)).toEqual(['SMS_GATEWAY_URL', 'NODE_ENV', 'The']);
    expect(errors.at(-1)).toMatch(/^The factor "pin" is refused behind http.*: remove it\.$/);
  });

  it.each(['0.0.0.0', '::', '192.168.0.7', 'server.lan'])(
    'the HOST %s is a public address, unless NODE_ENV and PUBLIC_URL say that it is not',
    (HOST) => {
      const open = { ...bare, HOST };
      const errors = errorsOfAddress(open);
      expect(namesIn(errors)).toEqual([...REQUIRED, 'HOST']);
      expect(errors[0]).toContain(`required on the HOST ${HOST}, which is no address for`);
      expect(errorsOfAddress({ ...open, ...GIVEN })).toEqual([]);
      const local = { ...open, PUBLIC_URL: 'http://localhost:3000' };
      expect(errorsOfAddress(local)).toEqual(errors);
      expect(errorsOfAddress({ ...local, isNodeEnvSet: true })).toEqual([]);
      const behind = errorsOfAddress({ ...open, PUBLIC_URL: 'https://login.example.org' });
      expect(namesIn(behind)).toEqual(REQUIRED);
    },
  );
});

describe('production', () => {
  const production = { ...bare, NODE_ENV: 'production' };

  it.each(['https://login.example.org', 'http://localhost:3000'])('takes %s', (PUBLIC_URL) => {
    expect(errorsOfAddress({ ...production, PUBLIC_URL })).toEqual([]);
  });

  it('asks elsewhere for its PUBLIC_URL, and listens where it is told', () => {
    expect(errorsOfAddress({ ...production, HOST: '0.0.0.0' })).toEqual([]);
  });

  it('refuses http for another machine', () => {
    expect(errorsOfAddress({ ...production, PUBLIC_URL: 'http://login.example.org' })).toEqual([
      'PUBLIC_URL is http://login.example.org: production takes http for this machine alone, so set it to the https origin that clients see.',
    ]);
  });
});
