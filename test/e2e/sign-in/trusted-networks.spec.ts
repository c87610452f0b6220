import { jest } from '@jest/globals';
import { UsersService } from '../../../src/server/identity/users.service.js';
import { authConfigFile } from '../../support/auth-config-file.js';
import { type Reply } from '../../support/http-client.js';
import { LogRecorder } from '../../support/log-recorder.js';
import { expectProblem, type Problem } from '../../support/problems.js';
import { type Environment, startServer, type TestServer } from '../../support/server.js';

const WRONG: Problem = [400, 'invalid_credentials', 'Unable to log in with provided credentials.'];
const NOT_VALID = [401, 'token_not_valid'];
const HOME = '192.168.0.7';
const OFFICE = '2001:db8:1::7';
const OUTSIDE = '203.0.113.7';

function trusting(networks: string, environment: Environment = {}): Environment {
  const file = `providers:\n  - type: local\n  - { type: trusted_networks, networks: [${networks}] }`;
  return { AUTH_CONFIG: authConfigFile(file), ...environment };
}

const NETWORKS = [
  '{ cidr: 192.168.0.0/24, users: [guest1, guest2, guest3, guest4] }',
  '{ cidr: ["2001:db8:1::/48", 198.51.100.0/24], users: [guest2] }',
].join(', ');

/** Asks as a client at this address would, behind the proxy of the test. */
function ask(to: TestServer, path: string, body: object, headers: Record<string, string>) {
  return to.send('POST', path, {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

const enter = (to: TestServer, username: string, headers: Record<string, string>): Promise<Reply> =>
  ask(to, '/login/', { provider: 'trusted_networks', username }, headers);

const from = (address: string) => ({ 'x-forwarded-for': address });

describe('trusted networks behind a configured proxy', () => {
  let server: TestServer;
  let renew: (refresh: string, address: string, at?: TestServer) => Promise<unknown[]>;
  const names: string[] = [];
  beforeAll(async () => {
    server = await startServer(trusting(NETWORKS, { TRUSTED_PROXIES: '127.0.0.1' }));
    for (let i = 1; i <= 5; i++) names.push((await server.register(`guest${i}`)).username);
    renew = async (refresh, address, at = server) => {
      const { status, body } = await ask(at, '/token/refresh/', { refresh }, from(address));
      return [status, body.code];
    };
  });
  afterAll(() => server.stop());

  it('let in those who are listed for them, and claim no proof', async () => {
    const { status, body } = await enter(server, 'guest1', from(HOME));
    expect(status).toBe(200);
    expect(body).toMatchObject({ mfa_enabled: false, user: { username: 'guest1' } });
    const claims = JSON.parse(Buffer.from(body.access.split('.')[1], 'base64url').toString());
    expect(claims).toMatchObject({ amr: [], acr: 'urn:nestjs-mfa:acr:0' });
  });

  it.each([
    ['guest2', OFFICE],
    ['guest2', '198.51.100.255'],
    ['GUEST2', `::ffff:${HOME}`],
  ])('know %s at %s', async (username, address) => {
    const reply = await enter(server, username, from(address));
    expect([reply.status, reply.body.user?.username]).toEqual([200, 'guest2']);
  });

  it.each([
    ['guest1', OUTSIDE],
    ['guest1', OFFICE],
    ['guest5', HOME],
    ['nobody', HOME],
    ['nobody', OUTSIDE],
    ['guest1', '127.0.0.1'],
    ['guest1', 'unknown'],
    ['guest1', `${HOME}, ${OUTSIDE}`],
    ['guest1', `${OUTSIDE}, ${HOME}`],
    ['\0', HOME],
  ])('answer %s at %s alike', async (username, address) => {
    expectProblem(await enter(server, username, from(address)), WRONG);
  });

  it.each(['127.0.0.1', '::ffff:127.0.0.1'])(
    'do not take the proxy %s for a client',
    async (at) => {
      const other = await server.startSibling(
        trusting('{ cidr: 127.0.0.0/8, users: [guest1] }', { TRUSTED_PROXIES: at }),
      );
      expectProblem(await enter(other, 'guest1', {}), WRONG);
      await other.stop();
    },
  );

  it('look for everybody, wherever the client is', async () => {
    const lookup = jest.spyOn(server.app.get(UsersService, { strict: false }), 'findByUsername');
    for (const [username, address] of [
      ['guest1', HOME],
      ['guest1', OUTSIDE],
      ['nobody', HOME],
      ['nobody', OUTSIDE],
    ] as const) {
      await enter(server, username, from(address));
      expect(lookup).toHaveBeenCalledTimes(1);
      lookup.mockClear();
    }
    jest.restoreAllMocks();
  });

  it('let a disabled user in no more', async () => {
    const user = await server.app
      .get(UsersService, { strict: false })
      .findByUsername(names[3] ?? '');
    await server.disable({ id: user?.id ?? '' });
    expectProblem(await enter(server, 'guest4', from(HOME)), WRONG);
  });

  it('refuse whoever has a second factor as they refuse anybody', async () => {
    const { body } = await enter(server, 'guest3', from(HOME));
    const access = await server.stepUp(body.access, { password: 'correct horse battery' });
    await server.enrolEmail({ ...body, access, user: body.user });
    const mails = server.inbox.messages.length;
    // Nor may a session go on that is older than the second factor.
    expect(await renew(body.refresh, HOME)).toEqual(NOT_VALID);
    expectProblem(await enter(server, 'guest3', from(HOME)), WRONG);
    expect(server.inbox.messages).toHaveLength(mails);
  });

  it('are asked about again at every refresh', async () => {
    const { body } = await enter(server, 'guest2', from(HOME));
    const renewed = await ask(server, '/token/refresh/', { refresh: body.refresh }, from(OFFICE));
    expect(renewed.status).toBe(200);
    const { refresh } = renewed.body;
    expect(await renew(refresh, OUTSIDE)).toEqual(NOT_VALID);
    // The session is over, and not only that one request.
    expect(await renew(refresh, HOME)).toEqual(NOT_VALID);
  });

  it('end the session of whoever is taken off the list', async () => {
    const { body } = await enter(server, 'guest1', from(HOME));
    const later = await server.startSibling(
      trusting('{ cidr: 192.168.0.0/24, users: [guest2] }', { TRUSTED_PROXIES: '127.0.0.1' }),
    );
    expect(await renew(body.refresh, HOME, later)).toEqual(NOT_VALID);
    await later.stop();
  });

  it('leave sessions of the password alone', async () => {
    const account = await server.signUp();
    expect(await renew(account.refresh, OUTSIDE)).toEqual([200, undefined]);
  });
});

describe('trusted networks without a configured proxy', () => {
  let server: TestServer;
  let username: string;
  beforeAll(async () => {
    server = await startServer();
    ({ username } = await server.register());
  });
  afterAll(() => server.stop());

  it('go by the connection', async () => {
    const near = await server.startSibling(trusting(`{ cidr: 127.0.0.0/8, users: [${username}] }`));
    expect((await enter(near, username, {})).status).toBe(200);
    await near.stop();
  });

  it.each([
    ['believe no X-Forwarded-For', '192.168.0.0/24', from(HOME)],
    ['let in nobody for whom a stranger speaks', '127.0.0.0/8', from(HOME)],
    ['let in nobody for whom a stranger speaks', '127.0.0.0/8', { forwarded: `for=${HOME}` }],
    ['let in nobody for whom a stranger speaks', '127.0.0.0/8', { via: '1.1 gateway' }],
    ['know no X-Real-IP', '192.168.0.0/24', { 'x-real-ip': HOME }],
  ])('%s', async (_, cidr, headers) => {
    const far = await server.startSibling(trusting(`{ cidr: ${cidr}, users: [${username}] }`));
    expectProblem(await enter(far, username, headers), WRONG);
    await far.stop();
  });
});

describe('the list of a trusted network', () => {
  const file = (networks: string) => `
providers:
  - type: local
  - { type: shared_password, id: house, username: household, password: one for all of us }
  - { type: trusted_networks, networks: [${networks}] }
`;
  /** What the server warns of at its start, and how it answers `household` and the user. */
  async function startWith(cidr: string, environment: Environment = {}) {
    const log = new LogRecorder();
    const networks = `{ cidr: ${cidr}, users: [household, ghost] }`;
    const AUTH_CONFIG = authConfigFile(file(networks));
    const server = await startServer({ AUTH_CONFIG, ...environment }, { logger: log });
    const reply = await enter(server, 'household', {});
    await server.stop();
    const warnings = log.lines.filter((line) => line.startsWith('warn')).join('\n');
    return { warnings, reply };
  }

  it('does not open the user of another first factor', async () => {
    const { warnings, reply } = await startWith('127.0.0.0/8');
    expectProblem(reply, WRONG);
    expect(warnings).toContain(
      'providers[2]: "household" is not let in: that user belongs to the first factor "house".',
    );
  });

  it('is warned of where it names nobody, or holds the machine itself', async () => {
    const { warnings } = await startWith('127.0.0.0/8');
    expect(warnings).toContain('providers[2]: nobody has registered "ghost"');
    expect(warnings).toContain('providers[2]: a trusted network holds this machine');
  });

  it.each<[string, Environment]>([
    ['192.168.0.0/24', {}],
    ['127.0.0.0/8', { TRUSTED_PROXIES: '127.0.0.1' }],
  ])('%s, %j is not warned of for the machine', async (cidr, environment) => {
    const { warnings } = await startWith(cidr, environment);
    expect(warnings).toContain('nobody has registered "ghost"');
    expect(warnings).not.toContain('holds this machine');
  });
});
