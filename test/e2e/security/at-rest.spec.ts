import { sealingKeyIdOf } from '../../../src/mfa/persistence/sealing/payload-cipher.js';
import { generateKeys } from '../../../src/server/config/keys/generate-keys.js';
import { SystemRandomSource } from '../../../src/mfa/index.js';
import { eventually } from '../../support/eventually.js';
import { type Reply } from '../../support/http-client.js';
import {
  type EnrolledApp,
  KEYS,
  type SignedIn,
  startServer,
  type TestServer,
} from '../../support/server.js';
import { keepAsBcrypt } from '../../support/slow-hashes.js';

let server: TestServer;
let account: SignedIn;
let app: EnrolledApp;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
  app = await server.enrolApp(account);
});

const query = <T>(sql: string, values: readonly unknown[]): Promise<T[]> =>
  server.dataSource.query(sql, [...values]);

async function stateOf({ user }: SignedIn): Promise<Buffer> {
  const sql = 'SELECT state FROM mfa_methods WHERE user_id = $1';
  const [row] = await query<{ state: Buffer }>(sql, [user.id]);
  return row?.state ?? Buffer.alloc(0);
}

const write = (state: Buffer, { user }: SignedIn) =>
  query('UPDATE mfa_methods SET state = $1 WHERE user_id = $2', [state, user.id]);

/** Closed: no token, and nothing about what is wrong with the row. */
function expectClosed({ status, text, body }: Reply): void {
  expect([status, body.code]).toEqual([500, 'internal']);
  expect(Object.keys(body).sort()).toEqual([
    'code',
    'detail',
    'instance',
    'status',
    'title',
    'trace_id',
    'type',
  ]);
  expect(text).not.toMatch(/decrypt|authenticate|key "|sealed|at \w/);
}

describe('a stored state', () => {
  it('does not open in the row of another user', async () => {
    const victim = await server.signUp();
    await server.enrolApp(victim);
    const login = await server.beginLogin(victim.user);
    await write(await stateOf(account), victim);
    expectClosed(await server.verifyLogin(login, server.totp(app.secret)));
    expectClosed(await server.login(victim.user));
    expectClosed(await server.get('/mfa/', victim.access));
  });

  it('does not open with a flipped bit or a cut tag, wherever it is', async () => {
    const sealed = await stateOf(account);
    const login = await server.beginLogin(account.user);
    const flipped = (at: number) => {
      const copy = Buffer.from(sealed);
      copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
      return copy;
    };
    const places = [0, 1, 2, 10, 12, 22, 30, 40, sealed.length - 1];
    const altered = [
      ...places.map(flipped),
      sealed.subarray(0, -1),
      sealed.subarray(0, 20),
      Buffer.concat([sealed, Buffer.from([0])]),
      Buffer.alloc(0),
    ];
    for (const state of altered) {
      await write(state, account);
      expectClosed(await server.verifyLogin(login, server.totp(app.secret)));
      await query('UPDATE mfa_challenges SET attempts = 0 WHERE user_id = $1', [account.user.id]);
      await query('UPDATE mfa_methods SET failures = 0 WHERE user_id = $1', [account.user.id]);
      await query('UPDATE mfa_accounts SET failures = 0 WHERE user_id = $1', [account.user.id]);
    }
    await write(sealed, account);
    expect((await server.verifyLogin(login, server.totp(app.secret))).status).toBe(200);
  });
});

describe('stored challenge data', () => {
  it('does not open in another login of the same user', async () => {
    const user = await server.signUp();
    await server.enrolEmail(user);
    await server.beginLogin(user.user);
    const code = server.inbox.lastCode(user.user.email);
    server.clock.advance({ seconds: 31 });
    const second = await server.beginLogin(user.user);
    await query(
      `UPDATE mfa_challenges SET data = first.data
       FROM (SELECT data FROM mfa_challenges WHERE user_id = $1 AND purpose = 'login' ORDER BY created_at LIMIT 1) first
       WHERE user_id = $1 AND purpose = 'login'`,
      [user.user.id],
    );
    expectClosed(await server.verifyLogin(second, code));
  });
});

describe('a new secret key before the old one', () => {
  const newer = generateKeys(new SystemRandomSource()).MFA_SECRET_KEYS;
  let rotated: TestServer;
  afterEach(() => rotated.stop());

  it('still reads what the old one sealed, and seals anew with the new one', async () => {
    const login = await server.beginLogin(account.user);
    rotated = await server.startSibling({ MFA_SECRET_KEYS: `${newer},${KEYS.MFA_SECRET_KEYS}` });
    expect((await rotated.verifyLogin(login, rotated.totp(app.secret))).status).toBe(200);
    expect(sealingKeyIdOf(await stateOf(account))).toBe(newer.split(':')[0]);
    const next = await rotated.beginLogin(account.user);
    expect((await rotated.verifyLogin(next, app.backupCodes[0] ?? '')).status).toBe(200);
    const last = await rotated.beginLogin(account.user);
    rotated.clock.advance({ seconds: 30 });
    expect((await rotated.verifyLogin(last, rotated.totp(app.secret))).status).toBe(200);
  });

  it('does not read it once the old one is gone, and gives no token', async () => {
    const login = await server.beginLogin(account.user);
    rotated = await server.startSibling({ MFA_SECRET_KEYS: newer });
    const { status, body } = await rotated.verifyLogin(login, rotated.totp(app.secret));
    expect([status, body.code]).toEqual([400, 'invalid_token']);
    expectClosed(await rotated.login(account.user));
  });
});

describe('a new signing key before the old one', () => {
  it('believes the tokens of both, and publishes both', async () => {
    const newer = generateKeys(new SystemRandomSource()).JWT_KEYS;
    const JWT_KEYS = `${newer},${KEYS.JWT_KEYS}`;
    const rotated = await server.startSibling({ JWT_KEYS });
    expect((await rotated.get('/mfa/', account.access)).status).toBe(200);
    const { body } = await rotated.post('/token/refresh/', { refresh: account.refresh });
    expect((await rotated.get('/mfa/', body.access)).status).toBe(200);
    expect((await server.get('/mfa/', body.access)).body.code).toBe('token_not_valid');
    const jwks = await rotated.get('//.well-known/jwks.json');
    expect(jwks.body.keys).toHaveLength(2);
    expect(jwks.text).not.toContain('"d"');
    await rotated.stop();
  });
});

describe('a password', () => {
  const hashOf = async ({ id }: { id: string }) => {
    const sql = 'SELECT password_hash AS hash FROM users WHERE id = $1';
    return (await query<{ hash: string }>(sql, [id]))[0]?.hash ?? '';
  };

  async function expectNewHash(user: { id: string }, prefix: string): Promise<void> {
    const isNew = (hash: string) => hash.startsWith(prefix);
    expect(isNew(await eventually(() => hashOf(user), isNew))).toBe(true);
  }

  it('is kept as argon2id, and hashed anew with the configured work when it is next used', async () => {
    const user = await server.register();
    expect(await hashOf(user)).toMatch(/^\$argon2id\$v=19\$m=8,t=1,p=1\$/);
    const costlier = await server.startSibling({ PASSWORD_HASH_PASSES: '2' });
    await costlier.login({ ...user, password: 'wrong' });
    expect(await hashOf(user)).toMatch(/^\$argon2id\$v=19\$m=8,t=1,p=1\$/);
    await costlier.login(user);
    await expectNewHash(user, '$argon2id$v=19$m=8,t=2,p=1$');
    expect((await costlier.login(user)).status).toBe(200);
    expect((await server.login(user)).status).toBe(200);
    await costlier.stop();
  });

  it('opens by the bcrypt of before, and is argon2id from then on', async () => {
    const user = await server.register();
    await keepAsBcrypt(server, user);
    const old = await hashOf(user);
    expect((await server.login({ ...user, password: 'wrong' })).status).toBe(400);
    expect(await hashOf(user)).toBe(old);
    expect((await server.login(user)).status).toBe(200);
    await expectNewHash(user, '$argon2id$v=19$m=8,t=1,p=1$');
    expect((await server.login({ ...user, password: 'wrong' })).status).toBe(400);
    expect((await server.login(user)).status).toBe(200);
  });

  it.each([
    ['byte 73', 'a'.repeat(72)],
    ['byte 73, of letters of two bytes', 'ä'.repeat(36)],
    ['what follows a NUL', 'abcdefgh\0'],
  ])('counts to its end: another one from %s on is another one', async (_name, start) => {
    const username = `long${start.length}`;
    const email = `${username}@example.org`;
    const details = { username, email, password: `${start}right` };
    expect((await server.post('/registration/', details)).status).toBe(201);
    const right = await server.login({ username, password: `${start}right` });
    const wrong = await server.login({ username, password: `${start}wrong` });
    const cut = await server.login({ username, password: start });
    expect([right, wrong, cut].map(({ status }) => status)).toEqual([200, 400, 400]);
  });
});
