import { resolveMfaOptions } from '../../mfa/index.js';
import { FakeRandomSource } from '../../mfa/testing/index.js';
import { ConfigError } from './values/config-error.js';
import { generateKeys } from './keys/generate-keys.js';
import { readConfig } from './read-config.js';
import { SETTINGS } from './settings/settings.js';

const keys = generateKeys(new FakeRandomSource());
const production = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://db.example.org/app',
  SMTP_URL: 'smtp://mail.example.org',
  PUBLIC_URL: 'https://login.example.org',
  ...keys,
};

const read = (env: NodeJS.ProcessEnv) => readConfig(env, () => keys);

function linesOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    read(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
  return [];
}

describe('readConfig', () => {
  it('needs nothing for development', () => {
    const config = read({});
    expect(config).toMatchObject({
      isProduction: false,
      httpPort: 3000,
      host: '127.0.0.1',
      publicUrl: 'http://localhost:3000',
      databaseUrl: null,
      dataDirectory: '.data',
      redisUrl: null,
      smtpUrl: null,
      registrationIsOpen: true,
      providers: [{ type: 'local', id: 'local', options: {}, path: 'default' }],
      factors: [
        { type: 'app', id: 'app', options: {}, path: 'MFA_HANDLERS' },
        { type: 'email', id: 'email', options: {}, path: 'MFA_HANDLERS' },
      ],
      trustedProxies: [],
      corsOrigins: [],
      passwordHashWork: { memoryKib: 19_456, passes: 2 },
      rateLimitPerMinute: 60,
    });
    expect(config.jwtKeys).toHaveLength(1);
  });

  it('has the defaults of the library for second factors', () => {
    const { mfa } = read({});
    expect(mfa).toEqual({ ...resolveMfaOptions({ secretKeys: mfa.secretKeys }) });
  });

  it('takes every default of the table for good', () => {
    const texts = SETTINGS.map((entry) => [entry.name, entry.default] as const).filter(
      (pair): pair is [(typeof pair)[0], string] => typeof pair[1] === 'string',
    );
    expect(linesOf(Object.fromEntries(texts))).toEqual([]);
  });

  it('is closed and reachable in production', () => {
    expect(read(production)).toMatchObject({
      isProduction: true,
      host: '0.0.0.0',
      registrationIsOpen: false,
    });
  });

  it('reads every kind of setting', () => {
    const env = {
      PORT: '0',
      HOST: '::1',
      ...keys,
      DATABASE_URL: 'postgres://database/mfa',
      SMTP_URL: 'smtp://mail.example.org',
      PUBLIC_URL: 'https://login.example.org',
      REGISTRATION: 'closed',
      MFA_HANDLERS: 'email, app',
      TRUSTED_PROXIES: '10.0.0.0/8,::1',
      CORS_ORIGINS: 'https://app.example.org',
      MFA_TOTP_DEFAULT_VALID_WINDOW: '0',
      MFA_PREVENT_DELETE_LAST_METHOD: 'true',
      MFA_APPLICATION_NAME: 'Café',
    };
    expect(read(env)).toMatchObject({
      httpPort: 0,
      host: '::1',
      publicUrl: 'https://login.example.org',
      registrationIsOpen: false,
      factors: [{ id: 'email' }, { id: 'app' }],
      trustedProxies: ['10.0.0.0/8', '::1'],
      corsOrigins: ['https://app.example.org'],
      mfa: {
        totpDefaultValidWindowSteps: 0,
        preventDeleteLastMethod: true,
        applicationName: 'Café',
      },
    });
  });

  it('reads addresses of proxies in their shortest form', () => {
    const TRUSTED_PROXIES = '192.0.2.7, 2001:DB8:0::/32, ::ffff:10.0.0.1, 10.0.0.0/08, ::1';
    const expected = ['192.0.2.7', '2001:db8::/32', '10.0.0.1', '10.0.0.0/8', '::1'];
    expect(read({ TRUSTED_PROXIES }).trustedProxies).toEqual(expected);
  });

  it('takes a database on a socket', () => {
    expect(linesOf({ DATABASE_URL: 'postgres:///app?host=/run/postgresql' })).toEqual([]);
  });

  it('takes an empty variable for an unset one', () => {
    expect(read({ PORT: '', DATABASE_URL: '' })).toMatchObject({
      httpPort: 3000,
      databaseUrl: null,
    });
  });

  it('asks for development keys with the data directory, and lets given ones win', () => {
    const asked: string[] = [];
    const given = generateKeys(new FakeRandomSource('given'));
    const config = readConfig(
      { DATA_DIRECTORY: 'elsewhere', JWT_KEYS: given.JWT_KEYS },
      (directory) => {
        asked.push(directory);
        return keys;
      },
    );
    expect(asked).toEqual(['elsewhere']);
    expect(config.jwtKeys).toEqual(read({ ...given }).jwtKeys);
    expect(config.mfa.secretKeys).toEqual(read({ ...keys }).mfa.secretKeys);
  });

  it('makes no development keys where both are given', () => {
    const refuse = () => {
      throw new Error('asked for keys');
    };
    expect(() => readConfig(production, refuse)).not.toThrow();
  });
});

describe('readConfig refuses', () => {
  it.each([
    ['PORT', '70000', 'PORT takes a whole number from 0 to 65535.'],
    ['PORT', '3e3', 'PORT takes a whole number from 0 to 65535.'],
    ['NODE_ENV', 'Production', 'NODE_ENV takes development or test or production.'],
    [
      'DATABASE_URL',
      'mysql://db',
      'DATABASE_URL takes a URL that begins with postgres:// or postgresql:// and names a host: one that always leads to the primary, as the driver knows no lists of hosts, target_session_attrs or load_balance_hosts.',
    ],
    [
      'MFA_TOTP_DEFAULT_INTERVAL',
      '30s',
      'MFA_TOTP_DEFAULT_INTERVAL takes a whole number from 15 to 60.',
    ],
    [
      'MFA_PREVENT_DELETE_ACTIVE_METHOD',
      'yes',
      'MFA_PREVENT_DELETE_ACTIVE_METHOD takes true or false.',
    ],
    [
      'MFA_APPLICATION_NAME',
      'a:b',
      'MFA_APPLICATION_NAME takes at most 64 characters, no colon among them.',
    ],
  ])('%s=%s', (name, text, line) => {
    expect(linesOf({ [name]: text })).toEqual([line]);
  });

  it.each([
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', 'loopback'],
    ['SMTP_URL', 'smtp://'],
    ['REDIS_URL', 'redis://'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'https://app.example.org/'],
    ['PUBLIC_URL', 'https://login.example.org/auth'],
    ['MFA_HANDLERS', 'app,app'],
    ['MFA_HANDLERS', 'app,'],
    ['BACKUP_CODE_ALLOWED_CHARS', 'AAB'],
    ['MFA_SECRET_KEYS', 'k1:short'],
    ['JWT_KEYS', 'W10'],
    ['REDIS_URL', 'redis://localhost/first'],
    ['REDIS_URL', 'redis://localhost/1/2'],
    ['REDIS_URL', 'redis://localhost?db=1'],
    ['MAIL_FROM', 'nobody'],
    ['MAIL_FROM', 'Acme: Login <a@example.org>'],
    ['MAIL_FROM', 'a@example.org, b@example.org'],
  ])('%s=%s', (name, text) => {
    expect(linesOf({ [name]: text })).toEqual([expect.stringMatching(`^${name} takes `)]);
  });

  it.each([
    '0.0.0.0/0',
    '::/0',
    '127.1',
    '2130706433',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '10.0.0.1/8',
    '10.0.0/8',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '2001:db8::1/32',
    '::ffff:10.0.0.0/8',
    '::ffff:10.0.0.0/104',
    'fe80::1%eth0',
    '10.0.0.1,::ffff:10.0.0.1',
  ])('TRUSTED_PROXIES=%s', (TRUSTED_PROXIES) => {
    expect(linesOf({ TRUSTED_PROXIES })).toEqual([
      expect.stringMatching(/^TRUSTED_PROXIES takes .* not a block of everybody\.$/),
    ]);
  });

  it('plain backup codes, with the reason', () => {
    expect(linesOf({ BACKUP_CODE_SECURE_HASH: 'false' })).toEqual([
      expect.stringContaining('a copy of the database'),
    ]);
  });

  it('names under our prefixes that are no settings', () => {
    expect(linesOf({ MFA_HANDLER: 'app', BACKUP_CODE_LENGHT: '9', EDITOR: 'vi' })).toEqual([
      'MFA_HANDLER is not a setting.',
      'BACKUP_CODE_LENGHT is not a setting.',
    ]);
  });

  it.each([
    'RATE_LIMIT_PER_MINUT',
    'TRUSTED_PROXY',
    'MAX_SESSION_PER_USER',
    'REFRESH_GRACE',
    'JWT_KEY',
    'SMS_GATEWAY_SECRT',
    'EVENT_WEBHOOK_SECRT',
    'END_SESSION_ON_FACTOR_CHANGE',
    'CORS_ORIGIN',
    'PASSWORD_HASHES_AT_ONE',
  ])('%s, a safeguard that would silently be missing', (name) => {
    expect(linesOf({ [name]: '1' })).toEqual([`${name} is not a setting.`]);
  });

  it('production without keys, database or mail server, each by name', () => {
    const lines = linesOf({ NODE_ENV: 'production' });
    const named = lines.map((line) => line.split(' ')[0]);
    expect(named).toEqual([
      'JWT_KEYS',
      'MFA_SECRET_KEYS',
      'DATABASE_URL',
      'SMTP_URL',
      'PUBLIC_URL',
    ]);
    expect(lines[0]).toContain('npm run keys:generate');
  });

  it('a low cost of backup codes in production', () => {
    const name = 'BACKUP_CODE_HASH_COST';
    expect(linesOf({ ...production, [name]: '9' })).toEqual([
      `${name} is at least 10 in production, so that a copy of the database is not soon guessed.`,
    ]);
    expect(linesOf({ ...production, [name]: '10' })).toEqual([]);
    expect(linesOf({ [name]: '4' })).toEqual([]);
  });

  it.each([
    ['19455', '2'],
    ['19456', '1'],
    ['15000', '3', 'accepted'],
    ['12287', '3'],
    ['47104', '1', 'accepted'],
    ['7168', '5', 'accepted'],
    ['7167', '100'],
  ])('%s KiB and %s passes for a password in production, unless OWASP has them', (...given) => {
    const [PASSWORD_HASH_MEMORY_KIB, PASSWORD_HASH_PASSES, isAccepted] = given;
    const work = { PASSWORD_HASH_MEMORY_KIB, PASSWORD_HASH_PASSES };
    const line =
      'PASSWORD_HASH_MEMORY_KIB and PASSWORD_HASH_PASSES are at least one of 47104 and 1, 19456 and 2, 12288 and 3, 9216 and 4, 7168 and 5 in production, so that a copy of the database is not soon guessed.';
    expect(linesOf({ ...production, ...work })).toEqual(isAccepted ? [] : [line]);
    expect(linesOf(work)).toEqual([]);
  });

  it('weak hashes in production, beside settings that cannot be read', () => {
    const weak = { BACKUP_CODE_HASH_COST: '9', PASSWORD_HASH_MEMORY_KIB: '8' };
    const unreadable = { PASSWORD_HASH_PASSES: 'many', PORT: 'none' };
    const lines = linesOf({ ...production, ...weak, ...unreadable });
    expect(lines.map((line) => line.replace(/ .*/, '')).sort()).toEqual([
      'BACKUP_CODE_HASH_COST',
      'PASSWORD_HASH_MEMORY_KIB',
      'PASSWORD_HASH_PASSES',
      'PORT',
    ]);
    expect(linesOf({ ...production, PASSWORD_HASH_MEMORY_KIB: 'much' })).toHaveLength(1);
  });

  it('a setting that others replace, by their names', () => {
    expect(linesOf({ PASSWORD_HASH_COST: '12' })).toEqual([
      'PASSWORD_HASH_COST is no longer a setting: set PASSWORD_HASH_MEMORY_KIB and PASSWORD_HASH_PASSES, or neither, as passwords are argon2id.',
    ]);
  });

  it('all errors at once, without the texts that may be secrets', () => {
    const error = new ConfigError(linesOf({ PORT: 'x', JWT_KEYS: 'secret', MFA_X: '1' }));
    expect(error.lines).toHaveLength(3);
    expect(error.message).not.toContain('secret');
  });

  it('whatever the library refuses of a whole number', () => {
    const { mfa } = read({});
    const [least, greatest] = [59, 3601].map(String);
    for (const text of [least, greatest]) {
      expect(linesOf({ MFA_EPHEMERAL_TOKEN_EXPIRY: text })).toHaveLength(1);
      const given = { ...mfa, ephemeralTokenExpirySeconds: Number(text) };
      expect(() => resolveMfaOptions(given)).toThrow();
    }
  });
});
