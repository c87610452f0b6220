import { type Environment, startServer } from '../../support/server.js';

/** Settings that would weaken the server, or that contradict each other, and the reason given. */
const REFUSED: [name: string, environment: Environment, reason: RegExp][] = [
  ['plain backup codes', { BACKUP_CODE_SECURE_HASH: 'false' }, /BACKUP_CODE_SECURE_HASH.*database/],
  [
    'guessable backup codes',
    { BACKUP_CODE_LENGTH: '6', BACKUP_CODE_ALLOWED_CHARS: '01' },
    /20 random bits/,
  ],
  ['an alphabet with a letter twice', { BACKUP_CODE_ALLOWED_CHARS: 'AAB' }, /each once/],
  ['a TOTP window that is too wide', { MFA_TOTP_DEFAULT_VALID_WINDOW: '3' }, /from 0 to 2/],
  ['a TOTP step that is too long', { MFA_TOTP_DEFAULT_INTERVAL: '300' }, /from 15 to 60/],
  ['an endless login', { MFA_EPHEMERAL_TOKEN_EXPIRY: '86400' }, /from 60 to 3600/],
  ['unlimited attempts', { MFA_MAX_ATTEMPTS_PER_CHALLENGE: '0' }, /from 1 to 20/],
  ['no lock', { MFA_LOCK_SECONDS: '0' }, /from 60/],
  ['a number that is none', { MFA_MAX_FAILURES_PER_METHOD: 'ten' }, /whole number/],
  ['a hash without work', { PASSWORD_HASH_PASSES: '0' }, /from 1 to 100/],
  ['a short secret key', { MFA_SECRET_KEYS: 'k:c2hvcnQ' }, /MFA_SECRET_KEYS.*32 random bytes/],
  ['a secret key twice', { MFA_SECRET_KEYS: twice(`k:${'A'.repeat(43)}`) }, /each id once/],
  ['a signing key that is none', { JWT_KEYS: 'secret' }, /JWT_KEYS.*P-256/],
  [
    'a handler that is not there',
    { MFA_HANDLERS: 'app,pigeon' },
    /no second factor of type "pigeon".*app, email/,
  ],
  ['a short key of signatures', { SMS_GATEWAY_SECRET: 'whsec_c2hvcnQ=' }, /24 to 64 random bytes/],
  [
    'a gateway with a password in its address',
    { SMS_GATEWAY_URL: 'https://me:canary@sms.example.org' },
    /SMS_GATEWAY_URL takes .*without a user/,
  ],
  ['a handler twice', { MFA_HANDLERS: 'app,app' }, /without doubles/],
  ['a misspelt safeguard', { MFA_PREVENT_DELETE_LAST_METHODS: 'true' }, /is not a setting/],
  ['proxies of everywhere by name', { TRUSTED_PROXIES: 'true' }, /CIDR/],
  ['proxies of everywhere', { TRUSTED_PROXIES: '0.0.0.0/0' }, /not a block of everybody/],
  ['CORS for everybody', { CORS_ORIGINS: '*' }, /origin/],
  ['a colon in the issuer', { MFA_APPLICATION_NAME: 'a:b' }, /colon/],
];

function twice(text: string): string {
  return `${text},${text}`;
}

/** Why a server does not start. */
async function reasonOf(environment: Environment): Promise<string> {
  try {
    await (await startServer(environment)).stop();
    return 'It started.';
  } catch (error) {
    return String(error);
  }
}

it.each(REFUSED)('refuses to start with %s, and says why', async (_name, environment, reason) => {
  expect(await reasonOf(environment)).toMatch(reason);
});

it('refuses to start production without what protects it, naming each', async () => {
  const reason = await reasonOf({ NODE_ENV: 'production', DATABASE_URL: '', PUBLIC_URL: '' });
  expect(reason).toMatch(/BACKUP_CODE_HASH_COST is at least 10 in production/);
  expect(reason).toMatch(/PASSWORD_HASH_PASSES are at least one of .* in production/);
  for (const name of ['JWT_KEYS', 'MFA_SECRET_KEYS', 'DATABASE_URL', 'SMTP_URL', 'PUBLIC_URL']) {
    expect(reason).toContain(`${name} is required in production`);
  }
});

it('shows no value that may be a secret in its reasons', async () => {
  const reason = await reasonOf({ MFA_SECRET_KEYS: 'k:canary', JWT_KEYS: 'canary' });
  expect(reason).toContain('MFA_SECRET_KEYS');
  expect(reason).not.toContain('canary');
});

it('shows no password of a database that it cannot reach', async () => {
  const reason = await reasonOf({ DATABASE_URL: 'postgres://me:canary@127.0.0.1:1/none' });
  expect(reason).toMatch(/database at postgres:\/\/127\.0\.0\.1:1\/none cannot be used/);
  expect(reason).not.toContain('canary');
});

it('lets nobody register where registration is closed', async () => {
  const server = await startServer({ REGISTRATION: 'closed' });
  const { status, body } = await server.post('/registration/', {
    username: 'stranger',
    email: 'stranger@example.org',
    password: 'correct horse battery',
  });
  await server.stop();
  expect([status, body.code]).toEqual([403, 'forbidden']);
});
