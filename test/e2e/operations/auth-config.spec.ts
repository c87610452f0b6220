import { authConfigFile } from '../../support/auth-config-file.js';
import { codeBlocksOf } from '../../support/documents.js';
import {
  type EnrolledApp,
  type Environment,
  type SignedIn,
  startServer,
  type TestServer,
} from '../../support/server.js';

const [EXAMPLE = ''] = codeBlocksOf('docs/configuration.md', 'yaml');
const PIN = '4829';
const HOUSEHOLD_PASSWORD = 'one for all of the house';

function environmentOf(text: string): Environment {
  return { AUTH_CONFIG: authConfigFile(text), HOUSEHOLD_PASSWORD };
}

describe('the first example of the guide to the configuration', () => {
  let server: TestServer;
  let account: SignedIn;
  let app: EnrolledApp;
  beforeAll(async () => {
    server = await startServer(environmentOf(EXAMPLE));
    account = await server.signUp();
    app = await server.enrolApp(account);
    await server.post('/mfa/', { method: 'pin', pin: PIN }, account.access);
    await server.post('/mfa/confirm/', { method: 'pin', pin: PIN }, account.access);
  });
  afterAll(() => server.stop());

  const changeTo = (new_method: string, ephemeral_token: string) =>
    server.post('/login/change-method/', { ephemeral_token, new_method });
  const verify = (proof: object) => server.post('/login/verify/', proof);

  it('offers both ways to sign in, in order', async () => {
    const { body } = await server.get('/providers/');
    const listed = body.map(({ id, type }: Record<string, string>) => [id, type]);
    expect(listed).toEqual([
      ['local', 'local'],
      ['shared_password', 'shared_password'],
    ]);
  });

  it('takes the shared password of the environment', async () => {
    const provider = 'shared_password';
    const sign = (password: string) => server.post('/login/', { provider, password });
    expect((await sign('${HOUSEHOLD_PASSWORD}')).body).toMatchObject({
      code: 'invalid_credentials',
    });
    const { body } = await sign(HOUSEHOLD_PASSWORD);
    expect(body.access).toEqual(expect.any(String));
    expect((await server.get('/user/', body.access)).body).toMatchObject({ username: 'household' });
  });

  it('offers both factors, in order', async () => {
    const { body } = await server.get('/mfa/handlers/');
    expect(body.map(({ name }: { name: string }) => name)).toEqual(['app', 'pin']);
  });

  it('lets a person who has both choose one of them', async () => {
    const { body } = await server.login(account.user);
    const { ephemeral_token, method } = body;
    expect(method).toBe('app');
    await server.post('/login/change-method/', { ephemeral_token, new_method: 'pin' });
    expect((await verify({ ephemeral_token, pin: PIN })).status).toBe(200);
  });

  it('takes of a login the proof of the chosen one alone', async () => {
    const token = await server.beginLogin(account.user);
    await changeTo('pin', token);
    const code = server.totp(app.secret);
    const wrong = await verify({ ephemeral_token: token, pin: '0000' });
    expect(wrong.body).toMatchObject({ code: 'invalid_code' });
    await changeTo('app', token);
    expect((await verify({ ephemeral_token: token, code })).status).toBe(200);
  });
});

describe('factors: []', () => {
  it('offers no second factor, and everything else', async () => {
    const server = await startServer(environmentOf('factors: []'));
    const account = await server.signUp();
    expect((await server.get('/mfa/handlers/')).body).toEqual([]);
    expect((await server.get('/mfa/', account.access)).body).toEqual([]);
    const reply = await server.post('/mfa/', { method: 'app' }, account.access);
    expect(reply.status).toBe(400);
    expect((await server.get('//api/docs-json')).status).toBe(200);
    await server.stop();
  });
});

describe('a factor that is taken out', () => {
  it('does not open the door, and counts again when it is back', async () => {
    const server = await startServer(environmentOf('factors: [{ type: app }]'));
    const account = await server.signUp();
    await server.enrolApp(account);
    const without = await server.startSibling(environmentOf('factors: []'));
    const refused = await without.login(account.user);
    expect(refused.status).toBe(500);
    expect(refused.body).not.toHaveProperty('access');
    await without.stop();
    expect((await server.login(account.user)).body).toMatchObject({ method: 'app' });
    await server.stop();
  });
});

describe('a faulty file', () => {
  it.each([
    [
      'factors: [{ type: carrier_pigeon }]',
      'AUTH_CONFIG: factors[0]: there is no second factor of type "carrier_pigeon": choose among ',
    ],
    [
      'factors: [{ type: app, digits: 7 }]',
      'AUTH_CONFIG: factors[0].digits: expected 6 or 8, got 7.',
    ],
    [
      'factors: [{ type: app }, { type: app }]',
      'AUTH_CONFIG: factors[1]: the id "app" is that of an earlier entry',
    ],
    [
      'providers: [{ type: carrier_pigeon }]',
      'AUTH_CONFIG: providers[0]: there is no way to sign in of type "carrier_pigeon": choose among ',
    ],
    [
      'factors: [{ type: app, issuer: "${HOUSEHOLD_PASSWORD}", digits: "${HOUSEHOLD_PASSWORD}" }]',
      'AUTH_CONFIG: factors[0].digits: expected 6 or 8, got the value of ${HOUSEHOLD_PASSWORD}.',
    ],
    [
      'providers: [{ type: trusted_networks, networks: [[{ cidr: 10.0.0.0/8, users: [a] }]] }]',
      'AUTH_CONFIG: providers[0].networks[0]: expected a mapping, got a list.',
    ],
    ['factors: [', 'AUTH_CONFIG: line 1, column 11: '],
  ])('stops the boot: %s', async (text, line) => {
    await expect(startServer(environmentOf(text))).rejects.toThrow(line);
  });
});
