import { type FirstFactorType } from '../../../src/server/sign-in/first-factor-type.js';
import { authConfigFile } from '../../support/auth-config-file.js';
import { DocumentedCode } from '../../support/documented-code.js';
import { expectFaults, expectProblem, type Problem } from '../../support/problems.js';
import { type Environment, startServer, type TestServer } from '../../support/server.js';

const WRONG: Problem = [400, 'invalid_credentials', 'Unable to log in with provided credentials.'];
const FILE = `
providers:
  - type: local
  - type: ldap
    dn: uid={username},ou=people,dc=example,dc=org
`;

/** What the block of the guide exports. */
interface LdapExample {
  ldap(bind: (dn: string, password: string) => Promise<boolean>): FirstFactorType;
}

/** A directory of one person, which notes what it is asked. */
class Directory {
  readonly asked: string[] = [];
  isDown = false;

  readonly bind = async (dn: string, password: string): Promise<boolean> => {
    if (this.isDown) throw new Error('The directory does not answer.');
    this.asked.push(dn);
    return dn === 'uid=ada,ou=people,dc=example,dc=org' && password === 'analytical';
  };
}

describe('the first factor of the guide', () => {
  const documented = new DocumentedCode();
  const directory = new Directory();
  let server: TestServer;
  beforeAll(async () => {
    // The block is what the guide shows; the interface says what of it is used here.
    const { ldap } = (await documented.import('ldap.factor.ts')) as LdapExample;
    const environment: Environment = { AUTH_CONFIG: authConfigFile(FILE) };
    server = await startServer(environment, { firstFactors: { ldap: ldap(directory.bind) } });
  });
  afterAll(async () => {
    await server.stop();
    documented.remove();
  });

  const enter = (username: string, password: string) =>
    server.post('/login/', { provider: 'ldap', username, password });

  it('is on offer with its form', async () => {
    const { body } = await server.get('/providers/');
    expect(body[1]).toMatchObject({
      type: 'ldap',
      id: 'ldap',
      name: 'Company account',
      supports_mfa: true,
      schema: { required: ['username', 'password'] },
    });
  });

  it('makes its user at the first login, and finds it at the next', async () => {
    const [first, next] = [await enter('ada', 'analytical'), await enter('ada', 'analytical')];
    expect([first.status, next.status]).toEqual([200, 200]);
    expect(first.body.user).toMatchObject({ username: 'ada', email: '' });
    expect(next.body.user.id).toBe(first.body.user.id);
    const { refresh } = next.body;
    expect((await server.post('/token/refresh/', { refresh })).status).toBe(200);
  });

  it('leads on to a second factor', async () => {
    const { body } = await enter('ada', 'analytical');
    const app = await server.enrolApp(body);
    const pending = await enter('ada', 'analytical');
    expect(pending.body).toMatchObject({ mfa_enabled: true, method: 'app' });
    const code = server.totp(app.secret);
    const done = await server.verifyLogin(pending.body.ephemeral_token, code);
    const claims = JSON.parse(Buffer.from(done.body.access.split('.')[1], 'base64url').toString());
    expect(claims.amr).toEqual(['pwd', 'otp', 'mfa']);
    const { refresh } = done.body;
    expect((await server.post('/token/refresh/', { refresh })).status).toBe(200);
  });

  it('asks the directory once, whoever it is', async () => {
    for (const [username, password] of [
      ['ada', 'wrong'],
      ['nobody', 'analytical'],
    ] as const) {
      const before = directory.asked.length;
      expectProblem(await enter(username, password), WRONG);
      expect(directory.asked).toHaveLength(before + 1);
    }
  });

  it('refuses what would mean something to the directory', async () => {
    const before = directory.asked.length;
    expectFaults(await enter('ada,ou=admins', ''), {
      username: ['Enter the name of your company account.'],
      password: ['This field may not be blank.'],
    });
    expect(directory.asked).toHaveLength(before);
  });

  it('lets nobody in while the directory is down', async () => {
    directory.isDown = true;
    const reply = await enter('ada', 'analytical');
    directory.isDown = false;
    expect([reply.status, reply.body.access]).toEqual([500, undefined]);
  });

  it('does not open an account that somebody has registered', async () => {
    const bind = async () => true;
    const { ldap } = (await documented.import('ldap.factor.ts')) as LdapExample;
    const lax = await startServer(
      { AUTH_CONFIG: authConfigFile(FILE) },
      { firstFactors: { ldap: ldap(bind) } },
    );
    const { username } = await lax.register();
    expectProblem(
      await lax.post('/login/', { provider: 'ldap', username, password: 'any' }),
      WRONG,
    );
    await lax.stop();
  });
});
