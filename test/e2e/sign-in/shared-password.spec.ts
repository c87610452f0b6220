import { jest } from '@jest/globals';
import { PasswordHasher } from '../../../src/server/identity/password-hasher.js';
import { UsersService } from '../../../src/server/identity/users.service.js';
import { authConfigFile } from '../../support/auth-config-file.js';
import { LogRecorder } from '../../support/log-recorder.js';
import { expectProblem, type Problem } from '../../support/problems.js';
import { type Environment, startServer, type TestServer } from '../../support/server.js';

const WRONG: Problem = [400, 'invalid_credentials', 'Unable to log in with provided credentials.'];
const PASSWORD = 'one for all of the house';

function sharedBy(username: string, password = PASSWORD, id = 'shared_password'): Environment {
  const entry = `{ type: shared_password, id: ${id}, username: ${username}, password: ${password} }`;
  return { AUTH_CONFIG: authConfigFile(`providers:\n  - type: local\n  - ${entry}\n`) };
}

describe('a shared password', () => {
  let server: TestServer;
  const log = new LogRecorder();
  beforeAll(async () => {
    server = await startServer(sharedBy('household'), { logger: log });
  });
  afterAll(() => server.stop());

  const enter = (password: string) =>
    server.post('/login/', { provider: 'shared_password', password });

  it('is on offer only where it is configured', async () => {
    const plain = await startServer();
    const reply = await plain.post('/login/', { provider: 'shared_password', password: PASSWORD });
    expect(reply.body.errors).toEqual({ provider: ['"shared_password" is not a valid choice.'] });
    await plain.stop();
  });

  it('is warned of at the start, without being told', () => {
    const warnings = log.lines.filter((line) => line.startsWith('warn'));
    expect(warnings.join('\n')).toContain('whoever knows the shared password is "household"');
    expect(log.lines.join('\n')).not.toContain(PASSWORD);
  });

  it('signs in its own user', async () => {
    const { status, body } = await enter(PASSWORD);
    expect(status).toBe(200);
    expect(body.user).toMatchObject({ username: 'household', email: '' });
    const claims = JSON.parse(Buffer.from(body.access.split('.')[1], 'base64url').toString());
    expect(claims.amr).toEqual(['pwd']);
    const renewed = await server.post('/token/refresh/', { refresh: body.refresh });
    expect(renewed.status).toBe(200);
  });

  it('is the whole of it, as it is written', async () => {
    for (const wrong of ['wrong', `${PASSWORD}!`, PASSWORD.slice(0, -1), PASSWORD.toUpperCase()]) {
      expectProblem(await enter(wrong), WRONG);
    }
  });

  it('does not open the password login', async () => {
    for (const password of [PASSWORD, 'anything else']) {
      expectProblem(await server.post('/login/', { username: 'household', password }), WRONG);
    }
  });

  it('costs the same work, right or wrong', async () => {
    const users = server.app.get(UsersService, { strict: false });
    const lookup = jest.spyOn(users, 'ofProvider');
    const hash = jest.spyOn(server.app.get(PasswordHasher, { strict: false }), 'verify');
    const costs: number[][] = [];
    for (const password of [PASSWORD, 'wrong']) {
      await enter(password);
      costs.push([lookup.mock.calls.length, hash.mock.calls.length]);
      lookup.mockClear();
      hash.mockClear();
    }
    jest.restoreAllMocks();
    expect(costs).toEqual([
      [1, 0],
      [1, 0],
    ]);
  });

  it('keeps the name of its user from those who register', async () => {
    const reply = await server.post('/registration/', {
      username: 'Household',
      email: 'household@example.org',
      password: 'correct horse battery',
    });
    expect(reply.body.errors).toHaveProperty('username');
  });

  it('asks for the second factor of its user', async () => {
    const { body } = await enter(PASSWORD);
    const app = await server.enrolApp(body);
    const pending = await enter(PASSWORD);
    expect(pending.body).toMatchObject({ mfa_enabled: true, method: 'app' });
    expect(pending.body).not.toHaveProperty('access');
    const code = server.totp(app.secret);
    const done = await server.verifyLogin(pending.body.ephemeral_token, code);
    expect(done.status).toBe(200);
    const { refresh } = done.body;
    expect((await server.post('/token/refresh/', { refresh })).status).toBe(200);
  });

  it('does not open the account of somebody else', async () => {
    const { username } = await server.register();
    await expect(server.startSibling(sharedBy(username))).rejects.toThrow(
      `providers[1].username: "${username}" is the account of somebody else: choose another name.`,
    );
  });
});

describe('a shared password that is changed', () => {
  const OTHER = 'another one for all of the house';
  const NOT_VALID = [401, 'token_not_valid'];
  let server: TestServer;
  let refresh: string;
  const enter = (at: TestServer, password: string) =>
    at.post('/login/', { provider: 'shared_password', password });
  const renew = async (at: TestServer) => {
    const { status, body } = await at.post('/token/refresh/', { refresh });
    return [status, body.code];
  };
  beforeEach(async () => {
    server = await startServer(sharedBy('household'));
    ({ refresh } = (await enter(server, PASSWORD)).body);
  });
  afterEach(() => server.stop());

  it('ends every session, and lets the old one in nowhere', async () => {
    const later = await server.startSibling(sharedBy('household', OTHER));
    const renewed = await renew(later);
    const entered = [await enter(later, OTHER), await enter(later, PASSWORD)];
    await later.stop();
    expect(renewed).toEqual(NOT_VALID);
    expect(entered.map(({ status }) => status)).toEqual([200, 400]);
    // Nor at a process that has not heard of it.
    expectProblem(await enter(server, PASSWORD), WRONG);
  });

  it('ends every open login', async () => {
    const { body } = await enter(server, PASSWORD);
    const app = await server.enrolApp(body);
    const pending = (await enter(server, PASSWORD)).body.ephemeral_token;
    const later = await server.startSibling(sharedBy('household', OTHER));
    const reply = await later.verifyLogin(pending, server.totp(app.secret));
    await later.stop();
    expect([reply.status, reply.body.code]).toEqual([400, 'invalid_token']);
  });

  it('ends nothing where it is the same', async () => {
    const later = await server.startSibling(sharedBy('household'));
    const renewed = await renew(later);
    await later.stop();
    expect(renewed).toEqual([200, undefined]);
    expect((await enter(server, PASSWORD)).status).toBe(200);
  });

  it('keeps others out of the user whom the entry had before', async () => {
    const later = await server.startSibling(sharedBy('family'));
    const renewed = await renew(later);
    await later.stop();
    expect(renewed).toEqual(NOT_VALID);
  });

  it('is told from an entry with another id', async () => {
    const start = server.startSibling(sharedBy('household', PASSWORD, 'desk'));
    await expect(start).rejects.toThrow(
      'providers[1].username: "household" belongs to the first factor "shared_password": give this entry its old id back',
    );
  });
});

describe('the user of a first factor', () => {
  let server: TestServer;
  let users: UsersService;
  beforeAll(async () => {
    server = await startServer({}, { races: true });
    users = server.app.get(UsersService, { strict: false });
  });
  afterAll(() => server.stop());

  it('is made once, by however many at one moment', async () => {
    const many = Array.from({ length: 8 }, () => users.ofProvider('desk', 'Desk'));
    const ids = (await Promise.all(many)).map((user) => user?.id);
    expect(new Set(ids).size).toBe(1);
    expect((await users.ofProvider('desk', 'desk'))?.id).toBe(ids[0]);
  });

  it('is that of no other first factor, and no registered one', async () => {
    const { username } = await server.register();
    await users.ofProvider('desk', 'porter');
    expect(await users.ofProvider('gate', 'porter')).toBeNull();
    expect(await users.ofProvider('gate', username)).toBeNull();
  });

  it.each(['', 'a\0', 'x'.repeat(151)])('is not called %j', async (name) => {
    expect(await users.ofProvider('desk', name)).toBeNull();
  });
});
