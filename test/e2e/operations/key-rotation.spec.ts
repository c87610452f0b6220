import { Logger } from '@nestjs/common';
import { jest } from '@jest/globals';
import { Reencryption } from '../../../src/mfa/index.js';
import { RetentionService } from '../../../src/server/retention/retention.service.js';
import { KeyFiles } from '../../support/key-files.js';
import { type EnrolledApp, type SignedIn, type TestServer } from '../../support/server.js';

const DAY_SECONDS = 24 * 3600;

let keys: KeyFiles;
let server: TestServer;
let account: SignedIn;
let app: EnrolledApp;

beforeEach(async () => {
  for (const level of ['log', 'warn', 'error'] as const) {
    jest.spyOn(Logger.prototype, level).mockImplementation(() => {});
  }
  keys = new KeyFiles();
  server = await keys.startServer();
  account = await server.signUp();
  app = await server.enrolApp(account);
});
afterEach(async () => {
  await server.stop();
  keys.remove();
  jest.restoreAllMocks();
});

const reencrypt = () => server.app.get(Reencryption).run(() => {});

/** The steps of a rotation up to the re-encryption, each taken over by the servers. */
const PHASES: readonly [string, () => Promise<unknown>][] = [
  ['before', async () => {}],
  ['added', () => keys.rotate('add', server)],
  ['promoted', () => keys.rotate('promote', server)],
  ['re-encrypted', reencrypt],
];

/** Takes a server through the rotation and does something after each step. */
async function throughPhases(between: (phase: string) => Promise<void>): Promise<void> {
  for (const [phase, step] of PHASES) {
    await step();
    await keys.reload(server);
    await between(phase);
  }
}

async function publishedKeys(): Promise<string[]> {
  const { body } = await server.get('//.well-known/jwks.json');
  return body.keys.map(({ kid }: { kid: string }) => kid);
}

/** Ends a login by the next code of the app. */
async function passWithApp(ephemeralToken: string): Promise<SignedIn> {
  server.clock.advance({ seconds: 30 });
  const { status, body } = await server.verifyLogin(ephemeralToken, server.totp(app.secret));
  expect(status).toBe(200);
  return { user: account.user, access: body.access, refresh: body.refresh };
}

describe('while keys are rotated under a running server', () => {
  it('tokens of before stay good, and both keys are published', async () => {
    const [old = ''] = keys.idsOf('JWT_KEYS');
    let { refresh } = account;
    await throughPhases(async (phase) => {
      expect((await server.get('/mfa/', account.access)).status).toBe(200);
      const { status, body } = await server.post('/token/refresh/', { refresh });
      expect([phase, status]).toEqual([phase, 200]);
      ({ refresh } = body);
    });
    const [now = ''] = keys.idsOf('JWT_KEYS');
    expect(now).not.toBe(old);
    expect(await publishedKeys()).toEqual([now, old]);
  });

  it('a key is published before it signs, and signs once it is promoted', async () => {
    const kidOf = (token: string) =>
      JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;
    const signing: string[] = [];
    const published: number[] = [];
    await throughPhases(async () => {
      signing.push(kidOf((await server.signUp()).access));
      published.push((await publishedKeys()).length);
    });
    const [now, old] = keys.idsOf('JWT_KEYS');
    expect(signing).toEqual([old, old, now, now]);
    expect(published).toEqual([1, 2, 2, 2]);
  });

  it('open logins, codes of apps and backup codes of before are good after each step', async () => {
    let pending = await server.beginLogin(account.user);
    const codes = [...app.backupCodes];
    await throughPhases(async (phase) => {
      await passWithApp(pending);
      const login = await server.beginLogin(account.user);
      const { status } = await server.verifyLogin(login, codes.pop());
      expect([phase, status]).toEqual([phase, 200]);
      pending = await server.beginLogin(account.user);
    });
    await passWithApp(pending);
  });

  it('codes that were sent are good after each step', async () => {
    const person = await server.signUp();
    await server.enrolEmail(person);
    const begin = async () => {
      server.clock.advance({ seconds: 901 });
      return server.beginLogin(person.user);
    };
    let pending = await begin();
    await throughPhases(async (phase) => {
      const code = server.inbox.lastCode(person.user.email);
      expect([phase, (await server.verifyLogin(pending, code)).status]).toEqual([phase, 200]);
      pending = await begin();
    });
  });

  it('servers that have read the new text work beside those that have not', async () => {
    const slow = await keys.startSibling(server);
    try {
      for (const phase of ['add', 'promote'] as const) {
        await keys.rotate(phase, server);
        await keys.reload(server);
        const begun = await server.beginLogin(account.user);
        server.clock.advance({ seconds: 30 });
        const { body } = await slow.verifyLogin(begun, slow.totp(app.secret));
        expect((await server.get('/mfa/', body.access)).status).toBe(200);
        const back = await slow.beginLogin(account.user);
        const signedIn = await passWithApp(back);
        expect((await slow.get('/mfa/', signedIn.access)).status).toBe(200);
        const { refresh } = signedIn;
        expect((await slow.post('/token/refresh/', { refresh })).status).toBe(200);
        await keys.reload(slow);
      }
    } finally {
      await slow.stop();
    }
  });
});

describe('once the old keys are retired', () => {
  /** The life of a session, renewed once in between. */
  async function fourDaysOf(session: SignedIn): Promise<SignedIn> {
    server.clock.advance({ seconds: 4 * DAY_SECONDS });
    const { body } = await server.post('/token/refresh/', { refresh: session.refresh });
    return { ...session, access: body.access, refresh: body.refresh };
  }

  /** @returns why keys stay; empty: none does */
  async function retire(): Promise<string> {
    const { advice, isComplete } = await keys.rotate('retire', server);
    return isComplete ? '' : advice.join('\n');
  }

  /** A rotation to its end, with a session that goes on and new backup codes for the old ones. */
  async function rotateToTheEnd(): Promise<{ session: SignedIn; backupCodes: string[] }> {
    let session = await passWithApp(await server.beginLogin(account.user));
    await throughPhases(async () => {});
    session = await fourDaysOf(await fourDaysOf(session));
    expect(await retire()).toContain('5 backup codes are found by it');
    server.clock.advance({ seconds: 30 });
    const proof = { code: server.totp(app.secret) };
    const access = await server.stepUp(session.access, proof);
    server.clock.advance({ seconds: 30 });
    const made = await server.post('/mfa/backup-codes/', { code: server.totp(app.secret) }, access);
    // "Not me" would bring the old ones back.
    expect(await retire()).toContain('5 backup codes that an undone change brings back');
    session = await fourDaysOf(await fourDaysOf({ ...session, access }));
    await server.app.get(RetentionService, { strict: false }).run();
    expect(await retire()).toBe('');
    await keys.reload(server);
    return { session, backupCodes: made.body.backup_codes };
  }

  it('a session has kept the old key until it was renewed', async () => {
    await throughPhases(async () => {});
    expect(await retire()).toContain('1 sessions have a refresh token that is made by it');
    const { refresh } = account;
    expect((await server.post('/token/refresh/', { refresh })).status).toBe(200);
    expect(await retire()).not.toContain('refresh token');
  });

  it('they are gone, and everything works with the new ones', async () => {
    const [oldSecret, oldSigning] = [keys.read('MFA_SECRET_KEYS'), keys.read('JWT_KEYS')];
    const { session, backupCodes } = await rotateToTheEnd();
    expect(keys.read('MFA_SECRET_KEYS')).not.toContain(oldSecret);
    expect(keys.read('JWT_KEYS')).not.toContain(oldSigning);
    expect(await publishedKeys()).toEqual(keys.idsOf('JWT_KEYS'));
    expect(await publishedKeys()).toHaveLength(1);
    expect((await server.get('/mfa/', session.access)).status).toBe(200);
    const { refresh } = session;
    expect((await server.post('/token/refresh/', { refresh })).status).toBe(200);
    await passWithApp(await server.beginLogin(account.user));
    const login = await server.beginLogin(account.user);
    expect((await server.verifyLogin(login, backupCodes[0])).status).toBe(200);
    const restarted = await keys.startSibling(server);
    await restarted.beginLogin(account.user);
    await restarted.stop();
  });

  it('what they signed is believed no more', async () => {
    const thief = await keys.startSibling(server);
    await rotateToTheEnd();
    const forged = await thief.signUp();
    expect((await thief.get('/user/', forged.access)).status).toBe(200);
    await thief.stop();
    expect((await server.get('/user/', forged.access)).body.code).toBe('token_not_valid');
    const { refresh } = forged;
    expect((await server.post('/token/refresh/', { refresh })).status).toBe(401);
  });
});
