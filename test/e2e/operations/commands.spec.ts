import { once } from 'node:events';
import { jest } from '@jest/globals';
import {
  EventStore,
  KeyRing,
  type MfaEventType,
  resolveMfaOptions,
  SystemClock,
  SystemRandomSource,
} from '../../../src/mfa/index.js';
import {
  PayloadCipher,
  sealingKeyIdOf,
} from '../../../src/mfa/persistence/sealing/payload-cipher.js';
import { generateKeys, RING_NAMES } from '../../../src/server/config/keys/generate-keys.js';
import { secretKeyRing } from '../../../src/server/config/keys/key-formats.js';
import { loadConfig } from '../../../src/server/config/load-config.js';
import { KeyFiles } from '../../support/key-files.js';
import { type Ended, runCommandHere, runScript, startScript } from '../../support/run-script.js';
import { type Environment, KEYS, startServer, type TestServer } from '../../support/server.js';

/** Each command runs once as a process of its own, and this machine may be busy. */
jest.setTimeout(120_000);

const random = new SystemRandomSource();

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const onDatabase = (environment: Environment = {}): Environment => ({
  ...KEYS,
  ...server.database.settings,
  ...environment,
});

const query = <T>(sql: string, values: readonly unknown[] = []): Promise<T[]> =>
  server.dataSource.query(sql, [...values]);

function variablesIn({ stdout }: Ended): Record<string, string> {
  const lines = stdout.trimEnd().split('\n');
  return Object.fromEntries(lines.map((line) => line.split('=') as [string, string]));
}

describe('keys:generate', () => {
  const COMMAND = 'src/server/commands/keys-generate.ts';
  const generate = (args: string[] = [], environment: Environment = {}) =>
    runCommandHere([COMMAND, ...args], environment);

  it('prints rings that the server takes', async () => {
    const generated = variablesIn(await runScript([COMMAND]));
    expect(Object.keys(generated)).toEqual(RING_NAMES);
    const { jwtKeys, mfa } = await loadConfig({ NODE_ENV: 'test', ...generated });
    expect([jwtKeys.length, mfa.secretKeys.length]).toEqual([1, 1]);
  });

  it('prints wrapped ones under a master key of its own making', async () => {
    const master = variablesIn(await generate(['--master']));
    expect(Object.keys(master)).toEqual(['MFA_MASTER_KEY']);
    const wrapped = variablesIn(await generate([], master));
    for (const name of RING_NAMES) expect(wrapped[name]).toMatch(/^\w+:wrapped:/);
    const { mfa } = await loadConfig({ NODE_ENV: 'test', ...master, ...wrapped });
    expect(mfa.secretKeys[0]?.key).toHaveLength(32);
    await expect(loadConfig({ NODE_ENV: 'test', ...wrapped })).rejects.toThrow('is wrapped');
  });
});

describe('keys:rotate', () => {
  let files: KeyFiles;
  beforeEach(() => {
    files = new KeyFiles();
  });
  afterEach(() => files.remove());

  const COMMAND = 'src/server/commands/keys-rotate.ts';
  const environment = () => ({ ...server.database.settings, ...files.environment });
  const rotate = (...args: string[]) => runCommandHere([COMMAND, ...args], environment());

  it('writes the files, and says what is next', async () => {
    const { code, stdout, stderr } = await rotate();
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/Next: have every server read the new text .+--promote`\.\n$/);
    const [, added] = files.idsOf('JWT_KEYS');
    expect((await rotate('--promote')).code).toBe(0);
    expect(files.idsOf('JWT_KEYS')[0]).toBe(added);
  });

  it('ends with 1 while a key has to stay', async () => {
    const mark = new SystemClock()
      .now()
      .toISOString()
      .replace(/[-:]|\.\d+/g, '');
    const [first, old] = [generateKeys(random).JWT_KEYS, generateKeys(random).JWT_KEYS];
    files.write('JWT_KEYS', `${first},${old.replace(':', `:replaced-${mark}:`)}`);
    const { code, stderr } = await runScript([COMMAND, '--retire', 'JWT_KEYS'], environment());
    expect(code).toBe(1);
    expect(stderr).toContain(`JWT_KEYS: the key "${old.split(':')[0]}" stays: tokens`);
    expect(files.idsOf('JWT_KEYS')).toHaveLength(2);
  });

  it.each([
    [['--promote'], 'MFA_SECRET_KEYS has no next key: make one with `npm run keys:rotate`.\n'],
    [['--promote', '--retire'], '--promote and --retire are two phases: do one after the other.\n'],
  ])('says in one line why it does not do %j', async (args, line) => {
    expect(await rotate(...args)).toEqual({ code: 1, stdout: '', stderr: line });
  });
});

describe('keys:reencrypt', () => {
  const ROWS = 10_000;
  const newer = generateKeys(random).MFA_SECRET_KEYS;
  const environment = () => onDatabase({ MFA_SECRET_KEYS: `${newer},${KEYS.MFA_SECRET_KEYS}` });
  const COMMAND = ['src/server/commands/keys-reencrypt.ts'] as const;

  const cipherOf = (text: string) => {
    const options = resolveMfaOptions({ secretKeys: secretKeyRing.safeParse(text).data ?? [] });
    return new PayloadCipher(new KeyRing(options), random);
  };
  const ownerOf = (row: { readonly id: string; readonly user_id: string }) =>
    ({ use: 'state', subjectId: row.user_id, rowId: row.id, purpose: 'method' }) as const;

  /** Methods of as many people, each sealed in its own row by the old key. */
  async function addRows(count: number): Promise<void> {
    const cipher = cipherOf(KEYS.MFA_SECRET_KEYS);
    const rows = Array.from({ length: count }, (_, index) => {
      const id = `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`;
      const row = { id, user_id: `person${index}` };
      return { ...row, state: cipher.seal({ secret: `secret ${index}` }, ownerOf(row)) };
    });
    await query(
      `INSERT INTO mfa_methods (id, user_id, handler, state, state_version, created_at)
       SELECT id, user_id, 'app', state, 1, now()
       FROM unnest($1::uuid[], $2::text[], $3::bytea[]) AS t(id, user_id, state)`,
      [rows.map((row) => row.id), rows.map((row) => row.user_id), rows.map((row) => row.state)],
    );
  }

  interface StoredRow {
    readonly id: string;
    readonly user_id: string;
    readonly state: Buffer;
  }
  const storedRows = () =>
    query<StoredRow>(`SELECT id, user_id, state FROM mfa_methods ORDER BY user_id`);

  async function countOld(): Promise<number> {
    const id = newer.split(':')[0];
    return (await storedRows()).filter(({ state }) => sealingKeyIdOf(state) !== id).length;
  }

  /** Every one opens with the new key alone, and holds what it held. */
  async function expectAllAnew(): Promise<void> {
    const cipher = cipherOf(newer);
    const rows = (await storedRows()).filter(({ user_id }) => user_id.startsWith('person'));
    expect(rows).not.toHaveLength(0);
    for (const row of rows) {
      const number = row.user_id.replace('person', '');
      expect(cipher.open(row.state, ownerOf(row))).toEqual({ secret: `secret ${number}` });
    }
  }

  afterEach(() => query('DELETE FROM mfa_methods'));

  it('shows how far it is, line by line, and sums up', async () => {
    await addRows(1200);
    const { code, stdout } = await runCommandHere(COMMAND, environment());
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      '500 of 1200 rows seen, 500 re-encrypted',
      '1000 of 1200 rows seen, 1000 re-encrypted',
      '1200 of 1200 rows seen, 1200 re-encrypted',
      expect.stringMatching(
        /^done: 1200 rows seen, 1200 re-encrypted, 0 in use and left, \d+\.\d s, \d+ rows per second$/,
      ),
      `key ${newer.split(':')[0]}: 1200 rows (state)`,
      '',
    ]);
    await expectAllAnew();
  });

  it('goes on where it was killed, and loses nothing', async () => {
    if (!server.isConcurrent) return;
    await addRows(ROWS);
    const { process: child, ended } = startScript(COMMAND, environment());
    if (child.stdout !== null) await once(child.stdout, 'data');
    child.kill('SIGKILL');
    expect((await ended).code).toBeNull();
    const left = await countOld();
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(ROWS);
    const { code, stdout } = await runCommandHere(COMMAND, environment());
    expect(code).toBe(0);
    expect(stdout).toContain(`done: ${ROWS} rows seen, ${left} re-encrypted, 0 in use and left`);
    await expectAllAnew();
  });

  it('says in one line which key is missing', async () => {
    await addRows(1);
    const { code, stderr } = await runCommandHere(COMMAND, onDatabase({ MFA_SECRET_KEYS: newer }));
    const old = KEYS.MFA_SECRET_KEYS.split(':')[0];
    expect(code).toBe(1);
    expect(stderr).toBe(`Error: The key "${old}" that sealed a state is not in the ring.\n`);
  });
});

describe('audit:verify', () => {
  const COMMAND = 'src/server/commands/audit-verify.ts';
  const verify = (...args: string[]) => runCommandHere([COMMAND, ...args], onDatabase());

  async function addEvents(userId: string, types: readonly MfaEventType[]): Promise<void> {
    const subject = {
      id: userId,
      displayName: userId,
      addresses: {},
      isEnabled: true,
      credentialsVersion: '1',
    };
    const [at, client] = [server.clock.now(), { ip: '192.0.2.1', userAgent: 'spec' }];
    const events = types.map((type) => ({ type, subject, factor: null, at, client }));
    await server.app.get(EventStore, { strict: false }).append(events);
  }

  const TYPES = ['login_succeeded', 'password_changed', 'logged_out'] as const;
  const users = ['altered', 'cut', 'ended', 'holed', 'sound'];
  beforeEach(async () => {
    for (const user of users) await addEvents(user, TYPES);
  });
  afterEach(() => query('TRUNCATE mfa_events, mfa_event_heads'));

  it('ends with 0 where every chain is whole, and delivers no event in the place of servers', async () => {
    const waiting = () => query('SELECT id, attempts, failed_at FROM mfa_outbox ORDER BY id');
    const before = await waiting();
    expect(before).not.toEqual([]);
    const { code, stdout, stderr } = await runScript([COMMAND], onDatabase());
    expect([code, stdout]).toEqual([0, 'done: 15 events seen, 0 users with a fault\n']);
    expect(stderr).toBe('15 of 15 events seen\n');
    expect(await waiting()).toEqual(before);
  });

  it('names the first broken row of each user, and ends with 1', async () => {
    const [altered] = await query<{ id: string }>(
      `UPDATE mfa_events SET ip = '203.0.113.9' WHERE user_id = 'altered' AND seq >= 2 RETURNING id`,
    ).then(([rows]) => rows as unknown as { id: string }[]);
    await query(`DELETE FROM mfa_events WHERE user_id = 'cut' AND seq = 3`);
    await query(`UPDATE mfa_event_heads SET seq = 2 WHERE user_id = 'ended'`);
    await query(`DELETE FROM mfa_events WHERE user_id = 'holed' AND seq = 1`);
    const { code, stdout } = await verify();
    expect(code).toBe(1);
    expect(stdout.split('\n')).toEqual([
      `event_altered: user altered, event number 2, id ${altered?.id}`,
      'event_missing: user cut, event number 3, id unknown',
      expect.stringMatching(/^end_altered: user ended, event number 3, id [0-9a-f-]{36}$/),
      'event_missing: user holed, event number 1, id unknown',
      'done: 13 events seen, 4 users with a fault',
      '',
    ]);
    const one = await verify('--user', 'sound');
    expect([one.code, one.stdout]).toEqual([0, 'done: 3 events seen, 0 users with a fault\n']);
  });
});

describe('clean-up', () => {
  it('deletes what is over, and says how much', async () => {
    await server.signUp();
    const { code, stdout } = await runScript(
      ['src/server/commands/clean-up.ts'],
      onDatabase({ CLEAN_UP_INTERVAL_SECONDS: '0' }),
    );
    expect(code).toBe(0);
    // The server's clock stands still in the past, and the command's does not.
    expect(stdout).toMatch(/^Rows deleted: (\w+ \d+, )+\w+ \d+\n$/);
    expect(stdout).toMatch(/[ ,]sessions \d+/);
    expect(await query('SELECT 1 FROM sessions')).toEqual([]);
  });

  it('says in one line that the database is not there', async () => {
    const { code, stderr } = await runCommandHere(
      ['src/server/commands/clean-up.ts'],
      onDatabase({ DATABASE_URL: 'postgres://postgres@127.0.0.1:9/none' }),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^The database at postgres:\/\/127\.0\.0\.1:9\/none cannot be used: .+\n$/,
    );
  });
});
