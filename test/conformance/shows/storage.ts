import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SentCodes } from '../../../src/mfa/kit/sent-codes.js';
import { MfaOptions, resolveMfaOptions } from '../../../src/mfa/core/options/mfa.options.js';
import { FakeRandomSource } from '../../../src/mfa/testing/index.js';
import { ROOT } from '../../support/documents.js';
import { enrolled } from '../support/accounts.js';
import { type TestServer } from '../support/preset-server.js';

export async function backupCodesAreSlowHashes(server: TestServer): Promise<void> {
  const { account, app } = await enrolled(server);
  const sql = 'SELECT c::text AS row, hash FROM mfa_backup_codes c WHERE user_id = $1';
  const rows = await server.dataSource.query<{ row: string; hash: string }[]>(sql, [
    account.user.id,
  ]);
  expect(rows).toHaveLength(app.backupCodes.length);
  for (const { row, hash } of rows) {
    expect(hash).toMatch(BCRYPT);
    expect(app.backupCodes.some((code) => row.includes(code))).toBe(false);
  }
}

export async function passwordsAreSlowHashes(server: TestServer): Promise<void> {
  const { id } = await server.register();
  const sql = 'SELECT password_hash AS hash FROM users WHERE id = $1';
  const [row] = await server.dataSource.query<{ hash: string }[]>(sql, [id]);
  expect(row?.hash).toMatch(ARGON2ID);
}

/** The salt of either has 128 bits. */
const BCRYPT = /^\$2b\$\d\d\$[./A-Za-z0-9]{53}$/;
const ARGON2ID = /^\$argon2id\$v=19\$m=\d+,t=\d+,p=1\$[+/A-Za-z0-9]{22}\$[+/A-Za-z0-9]{43}$/;

export async function secretsDiffer(server: TestServer): Promise<void> {
  const apps = [(await enrolled(server)).app, (await enrolled(server)).app];
  const drawn = apps.flatMap(({ secret, backupCodes }) => [secret, ...backupCodes]);
  expect(new Set(drawn).size).toBe(drawn.length);
}

export async function totpKeysAreLong(server: TestServer): Promise<void> {
  const { app } = await enrolled(server);
  // 32 characters of base 32: 160 bits.
  expect(app.secret).toMatch(/^[A-Z2-7]{32}$/);
}

export async function secretsAreSealed(server: TestServer): Promise<void> {
  const { account, app } = await enrolled(server);
  const sql = `SELECT encode(state, 'escape') AS state FROM mfa_methods WHERE user_id = $1`;
  const [row] = await server.dataSource.query<{ state: string }[]>(sql, [account.user.id]);
  expect(row?.state).not.toContain(app.secret);
  expect(row?.state.length).toBeGreaterThan(100);
}

export async function eventsAreRecorded(server: TestServer): Promise<void> {
  const { account, app } = await enrolled(server);
  const token = await server.beginLogin(account.user);
  await server.verifyLogin(token, '000000');
  await server.verifyLogin(token, server.totp(app.secret));
  const sql = 'SELECT type, factor FROM mfa_events WHERE user_id = $1';
  const rows = await server.dataSource.query<object[]>(sql, [account.user.id]);
  expect(rows).toEqual(
    expect.arrayContaining([
      { type: 'second_factor_failed', factor: 'app' },
      { type: 'second_factor_succeeded', factor: 'app' },
    ]),
  );
}

const SECRET = String.raw`\w*(?:hash|digest|mac|signature|secret)`;
/** Two values of which one has the name of a secret; what is absent may be told at any speed. */
const COMPARED = new RegExp(
  String.raw`\b${SECRET}\s*[!=]==\s*(?!undefined|null)[\w.]+|[!=]==\s*[\w.?]*\b${SECRET}\b`,
  'i',
);
/** Both were made by the server, and the password was right by then. */
const OWN_HASHES = 'user?.sharedSecretHash === this.keptHash';

export async function comparisonsTakeConstantTime(): Promise<void> {
  const source = join(ROOT, 'src');
  const paths = readdirSync(source, { recursive: true, encoding: 'utf8' });
  const lines = paths
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'))
    .flatMap((path) => readFileSync(join(source, path), 'utf8').split('\n'));
  const compared = lines.filter((line) => COMPARED.test(line) && !line.includes(OWN_HASHES));
  expect(compared).toEqual([]);
  expect(lines.filter((line) => COMPARED.test(line))).toHaveLength(1);
}

export async function weakCodesAreRefused(server: TestServer): Promise<void> {
  const options = server.app.get(MfaOptions, { strict: false });
  const weak = { backupCodeLength: 6, backupCodeAllowedChars: '01' };
  expect(() => resolveMfaOptions({ ...options, ...weak })).toThrow('fewer than 20 random bits');
  const random = new FakeRandomSource();
  expect(() => new SentCodes({ name: 'pager', codeLength: 5 }, random)).toThrow('from 6 to 10');
}
