import { AccessTokenReader, ACR, FreshProof, MFA_EVENT_TYPES } from '../../../src/mfa/index.js';
import { payloadOf } from '../../support/forged-tokens.js';
import {
  DEVICE_EVENTS,
  deviceEventsOf,
  deviceRows,
  loginOnDevice,
  type Remembered,
  remember,
  signUpOnDevice,
  verifyOnDevice,
  WITH_DEVICES,
} from '../../support/remembered-device.js';
import { mailedToken } from '../../support/route-bodies.js';
import { newestNotMeToken, noticesTo } from '../../support/security-emails.js';
import { startServer, type TestServer } from '../../support/server.js';
import { logStatements } from '../../support/statement-log.js';

const DAY_SECONDS = 86_400;
const NEW_PASSWORD = 'another horse battery';

let server: TestServer;
let person: Remembered;

beforeAll(async () => {
  server = await startServer(WITH_DEVICES);
});
afterAll(() => server.stop());
beforeEach(async () => {
  person = await signUpOnDevice(server);
});

const seconds = () => Math.floor(server.clock.now().getTime() / 1000);
const on = (token = person.device, user = person.user) => loginOnDevice(server, user, token);
const end = (path: string, access = person.access) =>
  server.send('DELETE', path, { headers: { authorization: `Bearer ${access}` } });

async function passes(token = person.device, user = person.user): Promise<boolean> {
  const { body } = await on(token, user);
  return body.access !== undefined;
}

describe('a remembered device', () => {
  it('signs in with a password alone, and its tokens say what was proven now', async () => {
    const mfaTime = seconds();
    server.clock.advance({ seconds: 3600 });
    const { status, body } = await on();
    expect(status).toBe(200);
    expect(body).toEqual({
      access: expect.any(String),
      refresh: expect.any(String),
      access_expiration: expect.any(String),
      refresh_expiration: expect.any(String),
      user: expect.objectContaining({ id: person.user.id }),
      trusted_device: { token: expect.any(String), expires_at: server.timeIn(15 * DAY_SECONDS) },
      mfa_enabled: false,
    });
    const proven = {
      amr: ['pwd'],
      acr: ACR.singleFactor,
      auth_time: seconds(),
      device_mfa_time: mfaTime,
    };
    expect(payloadOf(body.access)).toMatchObject(proven);
    server.clock.advance({ seconds: 600 });
    const renewed = await server.post('/token/refresh/', { refresh: body.refresh });
    expect(payloadOf(renewed.body.access)).toMatchObject({ ...proven, iat: seconds() });
  });

  it('has no such time in the tokens of its first login, nor of any other', async () => {
    expect(payloadOf(person.access)).not.toHaveProperty('device_mfa_time');
    const { access } = await server.signUp();
    expect(payloadOf(access)).not.toHaveProperty('device_mfa_time');
  });

  it('steps up as ever before factors are changed', async () => {
    const { body } = await on();
    const refused = await server.post('/mfa/', { method: 'email' }, body.access);
    expect([refused.status, refused.body.code]).toEqual([401, 'fresh_proof_required']);
    server.clock.advance({ seconds: 30 });
    const code = server.totp(person.app.secret);
    const access = await server.stepUp(body.access, { code });
    expect(payloadOf(access)).toMatchObject({ acr: ACR.twoFactors });
    expect((await server.post('/mfa/', { method: 'email' }, access)).status).toBe(201);
  });

  it('is enough for a route that accepts it, for as long as its password is fresh', async () => {
    const { body } = await on();
    const reader = server.app.get(AccessTokenReader, { strict: false });
    const principal = await reader.authenticate({
      headers: { authorization: `Bearer ${body.access}` },
    });
    const demand = { maxAgeSeconds: 300, acr: ACR.twoFactors };
    const asks = (acceptsRememberedDevice: boolean) =>
      server.app.get(FreshProof).requireFor(principal, { ...demand, acceptsRememberedDevice });
    await expect(asks(false)).rejects.toMatchObject({ code: 'fresh_proof_required' });
    await asks(true);
    server.clock.advance({ seconds: 301 });
    await expect(asks(true)).rejects.toMatchObject({ code: 'fresh_proof_required' });
  });

  it('can be remembered by a backup code, and by a form', async () => {
    const byCode = await verifyOnDevice(server, person, person.app.backupCodes[0]);
    expect(await passes(byCode.body.trusted_device.token)).toBe(true);
    server.clock.advance({ seconds: 30 });
    const ephemeral_token = await server.beginLogin(person.user);
    const fields = { code: server.totp(person.app.secret), remember_device: 'true' };
    const byForm = await server.postForm('/login/verify/', { ephemeral_token, ...fields });
    expect(await passes(byForm.body.trusted_device.token)).toBe(true);
  });

  it('is not remembered unless it is asked for', async () => {
    for (const wish of [false, 'false']) {
      server.clock.advance({ seconds: 30 });
      const code = server.totp(person.app.secret);
      const { status, body } = await verifyOnDevice(server, person, code, wish);
      expect([status, body.trusted_device]).toEqual([200, undefined]);
    }
    expect(await freshSession()).not.toHaveProperty('trusted_device');
    expect(await deviceRows(server, person.user)).toHaveLength(1);
  });

  it.each(['maybe', 1, null, {}])('refuses %j as a wish, and judges no code', async (wish) => {
    server.clock.advance({ seconds: 30 });
    const code = server.totp(person.app.secret);
    const { status, body } = await verifyOnDevice(server, person, code, wish);
    expect([status, Object.keys(body.errors)]).toEqual([400, ['remember_device']]);
    expect((await verifyOnDevice(server, person, code, false)).status).toBe(200);
  });

  it('refuses a token that is no text', async () => {
    for (const token of [7, null, ['a'], 'x'.repeat(5000)]) {
      const { status, body } = await loginOnDevice(server, person.user, token);
      expect([status, Object.keys(body.errors)]).toEqual([400, ['trusted_device']]);
    }
  });

  it('is told of by mail, with a link for its owner', async () => {
    const mails = await noticesTo(server, person.user);
    const told = mails.find(({ subject }) => subject === 'A device of your account is remembered');
    expect(told?.text).toMatch(/\/account\/not-me#/);
  });

  it('is forgotten after half its days without a login', async () => {
    server.clock.advance({ seconds: 15 * DAY_SECONDS - 1 });
    const { body } = await on();
    server.clock.advance({ seconds: 15 * DAY_SECONDS });
    expect(await passes(body.trusted_device.token)).toBe(false);
  });

  it('is forgotten after its days, however often it is used', async () => {
    let token = person.device;
    for (let week = 1; week <= 4; week++) {
      server.clock.advance({ seconds: 7 * DAY_SECONDS });
      const { body } = await on(token);
      token = body.trusted_device.token;
    }
    server.clock.advance({ seconds: 2 * DAY_SECONDS });
    expect(await passes(token)).toBe(false);
  });

  it('lives for fewer days once fewer are configured', async () => {
    server.clock.advance({ seconds: 2 * DAY_SECONDS });
    const brief = await server.startSibling({ ...WITH_DEVICES, TRUSTED_DEVICE_DAYS: '2' });
    const { body } = await loginOnDevice(brief, person.user, person.device);
    expect(body.mfa_enabled).toBe(true);
    await brief.stop();
  });
});

/** What ends a device. It gives the password that its owner has then, if that is another one. */
const DEATHS: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['another method', () => server.enrolEmail(person)],
  [
    'another authenticator',
    async () => {
      const { body } = await server.post('/mfa/', { method: 'app', label: 'x' }, person.access);
      const { authenticator_id, setup_data } = body;
      const proof = { authenticator_id, code: server.totp(setup_data.secret) };
      const done = await server.post('/mfa/confirm/', { method: 'app', ...proof }, person.access);
      expect(done.status).toBe(200);
    },
  ],
  [
    'a method that goes',
    async () => {
      await server.enrolEmail(person);
      person = await remember(server, person);
      const body = { method: 'email' };
      expect((await server.post('/mfa/delete/', body, person.access)).status).toBe(204);
    },
  ],
  [
    'new backup codes',
    async () => {
      server.clock.advance({ seconds: 30 });
      const code = server.totp(person.app.secret);
      expect((await server.post('/mfa/backup-codes/', { code }, person.access)).status).toBe(200);
    },
  ],
  [
    'another password',
    async () => {
      const passwords = { old_password: person.user.password, new_password: NEW_PASSWORD };
      const done = await server.post('/password/change/', passwords, person.access);
      expect(done.status).toBe(200);
      return NEW_PASSWORD;
    },
  ],
  [
    'a password that was reset by mail',
    async () => {
      const { email } = person.user;
      await server.post('/password/reset/', { email });
      await server.deliverEvents();
      const token = mailedToken(server, email, '/account/reset-password');
      const reset = { token, new_password: NEW_PASSWORD };
      expect((await server.post('/password/reset/confirm/', reset)).status).toBe(200);
      return NEW_PASSWORD;
    },
  ],
];

describe('a remembered device ends with', () => {
  it.each(DEATHS)('%s', async (_, happens) => {
    const changed = await happens();
    const password = typeof changed === 'string' ? changed : person.user.password;
    const { body } = await on(person.device, { ...person.user, password });
    expect([body.mfa_enabled, body.trusted_device]).toEqual([true, undefined]);
    const listed = await server.get('/mfa/devices/', (await freshSession(password)).access);
    expect(listed.body).toEqual([]);
  });

  it('"this was not me"', async () => {
    const token = await newestNotMeToken(server, person.user, /device of your account is remem/);
    expect((await server.post('/repudiate/', { token })).status).toBe(200);
    expect(await deviceRows(server, person.user)).toEqual([]);
  });

  it('the end of its account by an operator', async () => {
    await server.disable(person.user);
    expect(await deviceRows(server, person.user)).toEqual([]);
  });

  it('no change of a name, and none of the preferred method', async () => {
    await server.enrolEmail(person);
    person = await remember(server, person);
    const { access } = person;
    expect((await server.post('/mfa/primary/', { method: 'email' }, access)).status).toBe(200);
    expect(await passes()).toBe(true);
  });
});

/** A session by two factors. */
async function freshSession(password = person.user.password): Promise<{ access: string }> {
  server.clock.advance({ seconds: 30 });
  const login = await server.beginLogin({ ...person.user, password });
  return (await server.verifyLogin(login, server.totp(person.app.secret))).body;
}

describe('the list of devices', () => {
  it('has each with its last login, and no token', async () => {
    const remembered = server.timeIn(0);
    const other = await remember(server, person);
    server.clock.advance({ seconds: 60 });
    await on();
    const { status, body, text } = await server.get('/mfa/devices/', other.access);
    expect(status).toBe(200);
    const shown = { id: expect.any(String), ip: '127.0.0.1', user_agent: 'node' };
    const used = { last_used_at: server.timeIn(0), expires_at: server.timeIn(15 * DAY_SECONDS) };
    expect(body).toEqual([
      { ...shown, created_at: remembered, ...used },
      expect.objectContaining({ created_at: server.timeIn(-60) }),
    ]);
    for (const token of [person.device, other.device]) expect(text).not.toContain(token);
  });

  it('loses one, which asks for the second factor again, and keeps the others', async () => {
    const other = await remember(server, person);
    const { body } = await server.get('/mfa/devices/', other.access);
    const [, { id }] = body;
    expect((await end(`/mfa/devices/${id}/`, other.access)).status).toBe(204);
    expect([await passes(), await passes(other.device)]).toEqual([false, true]);
    expect((await end(`/mfa/devices/${id}/`, other.access)).status).toBe(404);
    expect(await deviceEventsOf(server, person.user)).toContain('device_ended');
  });

  it('loses all of them, and says so once', async () => {
    const other = await remember(server, person);
    for (let times = 0; times < 2; times++) {
      expect((await end('/mfa/devices/', other.access)).status).toBe(204);
    }
    expect([await passes(), await passes(other.device)]).toEqual([false, false]);
    const events = await deviceEventsOf(server, person.user);
    expect(events.filter((type) => type === 'devices_ended')).toHaveLength(1);
    const subjects = (await noticesTo(server, person.user)).map(({ subject }) => subject);
    expect(subjects).toContain('No device of your account is remembered any more');
  });

  it('is of nobody else, and takes a fresh proof to be changed', async () => {
    const stranger = await signUpOnDevice(server);
    const [row] = await deviceRows(server, person.user);
    const id = String(row?.['id']);
    for (const name of [id, 'no-uuid']) {
      const { status, body } = await end(`/mfa/devices/${name}/`, stranger.access);
      expect([status, body.code]).toEqual([404, 'not_found']);
    }
    const { body } = await on();
    for (const path of ['/mfa/devices/', `/mfa/devices/${id}/`]) {
      expect((await end(path, body.access)).body.code).toBe('fresh_proof_required');
    }
    expect(await passes(body.trusted_device.token)).toBe(true);
  });
});

it('has each of its events in the audit', () => {
  expect(MFA_EVENT_TYPES).toEqual(expect.arrayContaining([...DEVICE_EVENTS]));
});

describe('where devices are not remembered', () => {
  let plain: TestServer;
  beforeAll(async () => {
    plain = await server.startSibling();
  });
  afterAll(() => plain.stop());

  it('the fields are refused like any that nobody knows', async () => {
    const login = await loginOnDevice(plain, person.user, person.device);
    expect([login.status, login.body.errors]).toEqual([
      400,
      { trusted_device: ['Unexpected field.'] },
    ]);
    plain.clock.advance({ seconds: 30 });
    const verified = await verifyOnDevice(plain, person, plain.totp(person.app.secret));
    expect([verified.status, Object.keys(verified.body.errors)]).toEqual([
      400,
      ['remember_device'],
    ]);
  });

  it('the routes are missing', async () => {
    const { status, body } = await plain.get('/mfa/devices/', person.access);
    expect([status, body.code]).toEqual([404, 'not_found']);
    for (const path of ['/mfa/devices/', '/mfa/devices/0193a5b0-7c1e-7d4e-9d1a-3f1f0f6d2b11/']) {
      const authorised = { headers: { authorization: `Bearer ${person.access}` } };
      expect((await plain.send('DELETE', path, authorised)).status).toBe(404);
    }
  });

  it('a login takes no statement about them', async () => {
    const statements = await logStatements(async () => {
      plain.clock.advance({ seconds: 30 });
      const login = await plain.beginLogin(person.user);
      const verified = await plain.verifyLogin(login, plain.totp(person.app.secret));
      expect(verified.status).toBe(200);
    });
    expect(statements.filter(({ text }) => /mfa_devices/.test(text))).toEqual([]);
  });

  it('a change of factors ends the devices of before all the same', async () => {
    await plain.enrolEmail(person);
    expect(await passes()).toBe(false);
  });
});
