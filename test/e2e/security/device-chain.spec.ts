import { randomBytes } from 'node:crypto';
import { KeyUsage } from '../../../src/mfa/index.js';
import {
  deviceEventsOf,
  deviceRows,
  loginOnDevice,
  type Remembered,
  remember,
  signUpOnDevice,
  WITH_DEVICES,
} from '../../support/remembered-device.js';
import { noticesTo } from '../../support/security-emails.js';
import { startServer, TestServer } from '../../support/server.js';
import { logStatements } from '../../support/statement-log.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { createTestDatabase } from '../../support/test-database.js';
import { untilJudged } from '../../support/until-judged.js';

const PARALLEL = 50;
const GRACE_SECONDS = 20;

let server: TestServer;
let person: Remembered;

beforeAll(async () => {
  server = await startServer(WITH_DEVICES, { races: true });
});
afterAll(() => server.stop());
beforeEach(async () => {
  person = await signUpOnDevice(server);
});

/** The next token of a device that lets pass. */
async function pass(token: string, at = server): Promise<string> {
  const { status, body } = await loginOnDevice(at, person.user, token);
  expect([status, body.mfa_enabled]).toEqual([200, false]);
  return body.trusted_device.token;
}

async function expectAsked(token: string, at = server): Promise<void> {
  const { status, body } = await loginOnDevice(at, person.user, token);
  expect([status, body.mfa_enabled, body.trusted_device]).toEqual([200, true, undefined]);
}

async function isTold(): Promise<boolean> {
  const mails = await noticesTo(server, person.user);
  return mails.some(({ subject }) =>
    /device of your account was forgotten for safety/.test(subject),
  );
}

const isRemembered = async () => (await deviceRows(server, person.user)).length === 1;

describe('the token of a device', () => {
  it('is another one after each login, and the one before gives the same again', async () => {
    const second = await pass(person.device);
    expect(second).not.toBe(person.device);
    server.clock.advance({ seconds: GRACE_SECONDS - 1 });
    for (let times = 0; times < 3; times++) expect(await pass(person.device)).toBe(second);
    expect(await pass(second)).not.toBe(second);
  });

  it('that is two logins behind asks for the second factor, and ends nothing', async () => {
    const third = await pass(await pass(person.device));
    await expectAsked(person.device);
    expect([await isRemembered(), await isTold()]).toEqual([true, false]);
    await pass(third);
  });

  it('that is stolen ends the device when its owner comes after the thief', async () => {
    const stolen = await pass(person.device);
    server.clock.advance({ seconds: GRACE_SECONDS });
    await expectAsked(person.device);
    await expectAsked(stolen);
    expect([await isRemembered(), await isTold()]).toEqual([false, true]);
    expect(await deviceEventsOf(server, person.user)).toEqual([
      'device_remembered',
      'device_token_reused',
    ]);
  });

  it('that is stolen ends the device when the thief comes after its owner', async () => {
    const newest = await pass(await pass(person.device));
    server.clock.advance({ seconds: 3600 });
    await expectAsked(person.device);
    await expectAsked(newest);
    expect(await isTold()).toBe(true);
  });

  it('ends no other device, and is told once', async () => {
    const other = await remember(server, person);
    await pass(person.device);
    server.clock.advance({ seconds: GRACE_SECONDS });
    for (let times = 0; times < 2; times++) await expectAsked(person.device);
    await pass(other.device);
    const events = await deviceEventsOf(server, person.user);
    expect(events.filter((type) => type === 'device_token_reused')).toHaveLength(1);
  });

  it('is dead at once without a grace', async () => {
    const strict = await server.startSibling({ ...WITH_DEVICES, REFRESH_GRACE_SECONDS: '0' });
    const second = await pass(person.device, strict);
    await expectAsked(person.device, strict);
    await expectAsked(second, strict);
    await strict.stop();
  });
});

describe('a token that no row or key knows', () => {
  it('as after a backup was restored: asks, and ends nothing', async () => {
    const second = await pass(person.device);
    await server.dataSource.query(
      `UPDATE mfa_devices SET generation = 1, salt = former_salt, former_salt = NULL, spent_at = '{}'
       WHERE user_id = $1`,
      [person.user.id],
    );
    await expectAsked(second);
    const other = await pass(person.device);
    expect(other).not.toBe(second);
    await expectAsked(second);
    expect([await isRemembered(), await isTold()]).toEqual([true, false]);
  });

  it('as its key is gone: asks, and ends nothing', async () => {
    const MFA_SECRET_KEYS = `other:${randomBytes(32).toString('base64url')}`;
    const before = await deviceRows(server, person.user);
    const rotated = await server.startSibling({ ...WITH_DEVICES, MFA_SECRET_KEYS });
    const login = await loginOnDevice(rotated, person.user, person.device);
    // Nor does this server read the methods of before.
    expect(login.body.access).toBeUndefined();
    await rotated.stop();
    expect(await deviceRows(server, person.user)).toEqual(before);
  });

  it('as it is forged or of somebody else: asks, and costs no statement', async () => {
    const bytes = Buffer.from(person.device, 'base64url');
    bytes.writeUInt8(bytes.readUInt8(50) ^ 1, 50);
    const [owner, other] = [person, await signUpOnDevice(server)];
    const statements = await logStatements(async () => {
      for (const token of [bytes.toString('base64url'), other.device, 'nonsense', '']) {
        await expectAsked(token);
      }
    });
    expect(statements.filter(({ text }) => /mfa_devices/.test(text))).toEqual([]);
    person = other;
    await expectAsked(owner.device);
    await pass(other.device);
  });
});

describe('a wrong password', () => {
  it('is answered alike whatever the device is, and spends no token', async () => {
    const before = await deviceRows(server, person.user);
    const wrong = { ...person.user, password: 'wrong' };
    const bodies: unknown[] = [];
    for (const token of [person.device, 'nonsense']) {
      const { status, body } = await loginOnDevice(server, wrong, token);
      bodies.push({ status, ...body });
    }
    expect(bodies[0]).toMatchObject({ status: 400, code: 'invalid_credentials' });
    expect(bodies[1]).toEqual(bodies[0]);
    expect(await deviceRows(server, person.user)).toEqual(before);
    await pass(person.device);
  });

  it('ends no device by a token of long ago', async () => {
    const second = await pass(person.device);
    server.clock.advance({ seconds: 3600 });
    await loginOnDevice(server, { ...person.user, password: 'wrong' }, person.device);
    expect([await isRemembered(), await isTold()]).toEqual([true, false]);
    await pass(second);
  });
});

describe('an answer that was lost', () => {
  it('is given again, and the device goes on', async () => {
    const database = await createTestDatabase();
    const proxy = await TcpProxy.start(database.url);
    const settings = { DATABASE_URL: proxy.url, DATABASE_PREPARED_STATEMENTS: 'off' };
    const cut = await TestServer.start(database, { ...settings, ...WITH_DEVICES }, true);
    person = await signUpOnDevice(cut);
    proxy.cut(/UPDATE "mfa_devices"/, 'after');
    const lost = await loginOnDevice(cut, person.user, person.device);
    expect([lost.status, lost.body.code, proxy.hasCut]).toEqual([503, 'unavailable', true]);
    await proxy.recover();
    const second = await pass(person.device, cut);
    expect(await pass(person.device, cut)).toBe(second);
    expect(await deviceRows(cut, person.user)).toMatchObject([{ generation: 2 }]);
    await pass(second, cut);
    await cut.stop();
    await proxy.stop();
  });
});

it('is counted by the key that it needs', async () => {
  const count = async () => {
    const needs = await server.app.get(KeyUsage).count();
    return needs.find(({ use }) => use === 'device-token')?.rows ?? 0;
  };
  const before = await count();
  const { device } = await remember(server, person);
  expect(await count()).toBe(before + 1);
  await pass(device);
  expect(await count()).toBe(before + 1);
  server.clock.advance({ seconds: 31 * 86_400 });
  expect(await count()).toBe(0);
});

function showFiftyLogins(): void {
  it.each([
    ['one server', 1],
    ['two servers on one database', 2],
  ])('all pass, and have the same token, at %s', async (_, count) => {
    const sibling = count === 2 ? await server.startSibling(WITH_DEVICES, { races: true }) : null;
    const servers = [server, sibling ?? server];
    const logins = Array.from({ length: PARALLEL }, (__, one) => servers[one % 2] ?? server);
    let token = person.device;
    for (let round = 0; round < 2; round++) {
      const replies = await Promise.all(
        logins.map((at) => untilJudged(() => loginOnDevice(at, person.user, token))),
      );
      expect(replies.filter(({ body }) => body.mfa_enabled !== false)).toEqual([]);
      const tokens = new Set(replies.map(({ body }) => String(body.trusted_device.token)));
      expect([tokens.size, tokens.has(token)]).toEqual([1, false]);
      [token = ''] = tokens;
      server.clock.advance({ seconds: 240 });
    }
    expect(await deviceRows(server, person.user)).toMatchObject([{ generation: 3 }]);
    expect(await isTold()).toBe(false);
    await sibling?.stop();
  });
}

describe('fifty logins on one device at once', () => {
  if (process.env['RUN_DATABASE_KIND'] === 'postgresql') showFiftyLogins();
  else it('are shown on PostgreSQL alone', () => {});
});
