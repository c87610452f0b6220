import { randomBytes } from 'node:crypto';
import { noticesTo } from '../../support/security-emails.js';
import { type SignedIn, startServer, TestServer } from '../../support/server.js';
import { logStatements } from '../../support/statement-log.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { createTestDatabase } from '../../support/test-database.js';

const PARALLEL = 50;
const GRACE_SECONDS = 20;
const NOT_VALID = 'token_not_valid';

let server: TestServer;
let account: SignedIn;

beforeAll(async () => {
  server = await startServer({}, { races: true });
});
afterAll(() => server.stop());
beforeEach(async () => {
  account = await server.signUp();
});

const refresh = (token: string, at = server) => at.post('/token/refresh/', { refresh: token });

/** What the next token is, of one that is good. */
async function renew(token: string, at = server): Promise<string> {
  const { status, body } = await refresh(token, at);
  expect(status).toBe(200);
  return body.refresh;
}

async function expectRefused(token: string, at = server): Promise<void> {
  const { status, body } = await refresh(token, at);
  expect([status, body.code]).toEqual([401, NOT_VALID]);
}

/** Whether the session of the account goes on. */
async function isAlive(): Promise<boolean> {
  const [row] = await server.dataSource.query<{ alive: boolean }[]>(
    'SELECT ended_at IS NULL AS alive FROM sessions WHERE user_id = $1',
    [account.user.id],
  );
  return row?.alive === true;
}

async function isTold(): Promise<boolean> {
  const mails = await noticesTo(server, account.user);
  return mails.some(({ subject }) => /ended for safety/.test(subject));
}

describe('the refresh token just before the present one', () => {
  it('gives the present one again and a new access token, however often it comes', async () => {
    const second = await renew(account.refresh);
    server.clock.advance({ seconds: GRACE_SECONDS - 1 });
    const { body } = await refresh(account.refresh);
    expect(body).toEqual({
      access: expect.any(String),
      refresh: second,
      access_expiration: server.timeIn(300),
      refresh_expiration: server.timeIn(7 * 86_400 - GRACE_SECONDS + 1),
    });
    expect((await server.get('/user/', body.access)).status).toBe(200);
    expect(await renew(account.refresh)).toBe(second);
    expect(await renew(second)).not.toBe(second);
  });

  it('ends the session once its grace is over, and its owner is told', async () => {
    const second = await renew(account.refresh);
    server.clock.advance({ seconds: GRACE_SECONDS });
    await expectRefused(account.refresh);
    await expectRefused(second);
    expect([await isAlive(), await isTold()]).toEqual([false, true]);
  });

  it('has no longer a grace because it came within it', async () => {
    await renew(account.refresh);
    server.clock.advance({ seconds: GRACE_SECONDS - 1 });
    await renew(account.refresh);
    server.clock.advance({ seconds: 1 });
    await expectRefused(account.refresh);
    expect(await isAlive()).toBe(false);
  });

  it('is dead at once after a logout, and so is the present one', async () => {
    const second = await renew(account.refresh);
    expect((await server.post('/logout/', { refresh: account.refresh })).status).toBe(200);
    for (const token of [account.refresh, second]) await expectRefused(token);
    expect(await isTold()).toBe(false);
  });

  it('gives nothing to a user who is disabled, nor after another password', async () => {
    await renew(account.refresh);
    await server.disable(account.user);
    await expectRefused(account.refresh);
    account = await server.signUp();
    await renew(account.refresh);
    const { body } = await server.login(account.user);
    const passwords = {
      old_password: account.user.password,
      new_password: 'another horse battery',
    };
    expect((await server.post('/password/change/', passwords, body.access)).status).toBe(200);
    await expectRefused(account.refresh);
  });
});

describe('a refresh token that is two renewals behind', () => {
  it('is refused while it was spent a moment ago, and ends nothing', async () => {
    const third = await renew(await renew(account.refresh));
    await expectRefused(account.refresh);
    expect([await isAlive(), await isTold()]).toEqual([true, false]);
    await renew(third);
  });

  it('is so for each of many renewals', async () => {
    const spent = [account.refresh];
    for (let turn = 0; turn < 9; turn++) spent.push(await renew(spent.at(-1) ?? ''));
    for (const token of spent.slice(0, -2)) await expectRefused(token);
    expect(await isAlive()).toBe(true);
  });

  it('ends the session when it was spent longer ago, whatever was renewed since', async () => {
    const second = await renew(account.refresh);
    server.clock.advance({ seconds: GRACE_SECONDS });
    const third = await renew(second);
    expect(await renew(second)).toBe(third);
    await expectRefused(account.refresh);
    await expectRefused(third);
    expect(await isTold()).toBe(true);
  });
});

describe('a thief of a refresh token', () => {
  it('who uses it first ends the session when its owner comes', async () => {
    const stolen = await renew(account.refresh);
    server.clock.advance({ seconds: GRACE_SECONDS });
    await expectRefused(account.refresh);
    await expectRefused(stolen);
    expect(await isTold()).toBe(true);
  });

  it('who uses it last ends the session and gets nothing', async () => {
    const newest = await renew(await renew(account.refresh));
    server.clock.advance({ seconds: 3600 });
    await expectRefused(account.refresh);
    await expectRefused(newest);
    expect(await isTold()).toBe(true);
  });

  it('who comes within the grace is found out at the next renewal', async () => {
    const shared = await renew(account.refresh);
    expect(await renew(account.refresh)).toBe(shared);
    server.clock.advance({ seconds: 240 });
    const newest = await renew(shared);
    server.clock.advance({ seconds: 60 });
    await expectRefused(shared);
    await expectRefused(newest);
    expect(await isTold()).toBe(true);
  });
});

describe('a refresh token that the row does not know', () => {
  const rowOf = () =>
    server.dataSource.query<object[]>('SELECT * FROM sessions WHERE user_id = $1', [
      account.user.id,
    ]);

  it('as after a backup was restored: is refused and ends nothing', async () => {
    const second = await renew(account.refresh);
    const third = await renew(second);
    // What the backup brings back: the row of before.
    await server.dataSource.query(
      `UPDATE sessions SET refresh_generation = 2, refresh_salt = former_refresh_salt,
         former_refresh_salt = NULL, refresh_spent_at = refresh_spent_at[2:] WHERE user_id = $1`,
      [account.user.id],
    );
    await expectRefused(third);
    const other = await renew(second);
    expect(other).not.toBe(third);
    // One of the same number, and then of the number before: neither is of this chain.
    await expectRefused(third);
    await renew(other);
    await expectRefused(third);
    expect([await isAlive(), await isTold()]).toEqual([true, false]);
  });

  it('as its key is gone: is refused and ends nothing', async () => {
    const before = await rowOf();
    const MFA_SECRET_KEYS = `other:${randomBytes(32).toString('base64url')}`;
    const rotated = await server.startSibling({ MFA_SECRET_KEYS });
    await expectRefused(account.refresh, rotated);
    await rotated.stop();
    expect(await rowOf()).toEqual(before);
    await renew(account.refresh);
  });

  it('as it is forged: costs no statement', async () => {
    const bytes = Buffer.from(account.refresh, 'base64url');
    bytes.writeUInt8(bytes.readUInt8(60) ^ 1, 60);
    const statements = await logStatements(() => expectRefused(bytes.toString('base64url')));
    expect(statements).toEqual([]);
  });
});

describe('with REFRESH_GRACE_SECONDS=0', () => {
  it('a spent token ends the session at once', async () => {
    const strict = await server.startSibling({ REFRESH_GRACE_SECONDS: '0' });
    const second = await renew(account.refresh, strict);
    await expectRefused(account.refresh, strict);
    await expectRefused(second, strict);
    await strict.stop();
    expect(await isTold()).toBe(true);
  });
});

describe('an answer that was lost', () => {
  it('is given again: what it had renewed is not renewed twice', async () => {
    const database = await createTestDatabase();
    const proxy = await TcpProxy.start(database.url);
    const settings = { DATABASE_URL: proxy.url, DATABASE_PREPARED_STATEMENTS: 'off' };
    const cut = await TestServer.start(database, settings, true);
    const { refresh: first } = await cut.signUp();
    proxy.cut(/SET refresh_generation/, 'after');
    const lost = await refresh(first, cut);
    expect([lost.status, lost.body.code, proxy.hasCut]).toEqual([503, 'unavailable', true]);
    await proxy.recover();
    const second = await renew(first, cut);
    expect(await renew(first, cut)).toBe(second);
    const rows = await cut.dataSource.query<object[]>(
      'SELECT refresh_generation AS generation FROM sessions',
    );
    expect(rows).toEqual([{ generation: 2 }]);
    await renew(second, cut);
    await cut.stop();
    await proxy.stop();
  });
});

function showFiftyTabs(): void {
  it('all go on with the same token, at two servers on one database', async () => {
    const servers = [server, await server.startSibling({}, { races: true })];
    const tabs = Array.from({ length: PARALLEL }, (_, tab) => servers[tab % 2] ?? server);
    let token = account.refresh;
    for (let round = 0; round < 3; round++) {
      const renewed = new Set(await Promise.all(tabs.map((at) => renew(token, at))));
      expect([renewed.size, renewed.has(token)]).toEqual([1, false]);
      [token = ''] = renewed;
      server.clock.advance({ seconds: 240 });
    }
    const rows = await server.dataSource.query<object[]>(
      'SELECT refresh_generation AS generation FROM sessions WHERE user_id = $1',
      [account.user.id],
    );
    expect(rows).toEqual([{ generation: 4 }]);
    await servers[1]?.stop();
  });
}

describe('fifty tabs that renew at once', () => {
  if (process.env['RUN_DATABASE_KIND'] === 'postgresql') showFiftyTabs();
  else it('are shown on PostgreSQL alone', () => {});
});
