import { authConfigFile } from '../../support/auth-config-file.js';
import { expectFaults } from '../../support/problems.js';
import { type Environment, startServer, type TestServer } from '../../support/server.js';

const HOUSEHOLD = '{ type: shared_password, username: household, password: one for all of us }';

function withProviders(...entries: readonly string[]): Environment {
  const lines = entries.map((entry) => `  - ${entry}\n`);
  return { AUTH_CONFIG: authConfigFile(`providers:\n${lines.join('')}`) };
}

describe('several ways to sign in', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(
      withProviders(
        HOUSEHOLD,
        '{ type: local }',
        '{ type: local, id: staff, name: Staff }',
        '{ type: trusted_networks, networks: [{ cidr: 127.0.0.0/8, users: [alice] }] }',
      ),
    );
  });
  afterAll(() => server.stop());

  it('are listed in the order of the file, with their forms, and without what they keep', async () => {
    const { body, text } = await server.get('/providers/');
    const shown = body.map(({ schema, ...own }: { schema: { properties: object } }) => ({
      ...own,
      fields: Object.keys(schema.properties),
    }));
    const password = { type: 'local', supports_mfa: true };
    const fields = ['username', 'email', 'password'];
    expect(shown).toEqual([
      {
        type: 'shared_password',
        id: 'shared_password',
        name: 'Shared password',
        supports_mfa: true,
        fields: ['password'],
      },
      { ...password, id: 'local', name: 'Password', fields },
      { ...password, id: 'staff', name: 'Staff', fields },
      {
        type: 'trusted_networks',
        id: 'trusted_networks',
        name: 'Trusted network',
        supports_mfa: false,
        fields: ['username'],
      },
    ]);
    for (const kept of ['household', 'one for all', '127.0.0.0']) expect(text).not.toContain(kept);
  });

  it('are chosen by their id; a login that names none takes the first of type local', async () => {
    const { username, password } = await server.register();
    for (const choice of [{}, { provider: 'local' }, { provider: 'staff' }]) {
      const reply = await server.post('/login/', { username, password, ...choice });
      expect([choice, reply.status]).toEqual([choice, 200]);
    }
  });

  it('take each its own form and no other', async () => {
    const body = { username: 'alice', password: 'x' };
    expectFaults(await server.post('/login/', { ...body, provider: 'shared_password' }), {
      username: ['Unexpected field.'],
    });
    expectFaults(await server.post('/login/', { ...body, provider: 'trusted_networks' }), {
      password: ['Unexpected field.'],
    });
  });

  it('are a choice of forms in the OpenAPI document', async () => {
    const { body } = await server.get('//api/docs-json');
    const { content } = body.paths['/api/auth/login'].post.requestBody;
    for (const mediaType of ['application/json', 'application/x-www-form-urlencoded']) {
      const { schema, examples } = content[mediaType];
      const named = ({ $ref }: { $ref: string }) =>
        body.components.schemas[$ref.replace(/.*\//, '')];
      const required = named(schema).oneOf.map((form: { $ref: string }) => named(form).required);
      expect(required).toEqual([
        ['password', 'provider'],
        ['password'],
        ['password', 'provider'],
        ['username', 'provider'],
      ]);
      expect(examples.trusted_networks.value).toEqual({
        username: 'alice',
        provider: 'trusted_networks',
      });
    }
  });
});

describe('a way to sign in that is taken away', () => {
  it('ends the sessions that began by it, and no others', async () => {
    const server = await startServer(withProviders('{ type: local }', HOUSEHOLD));
    const { refresh } = await server.signUp();
    const { body } = await server.post('/login/', {
      provider: 'shared_password',
      password: 'one for all of us',
    });
    const later = await server.startSibling(withProviders('{ type: local }'));
    expect((await later.post('/token/refresh/', { refresh })).status).toBe(200);
    const ended = await later.post('/token/refresh/', { refresh: body.refresh });
    expect([ended.status, ended.body.code]).toEqual([401, 'token_not_valid']);
    await later.stop();
    const again = await server.post('/token/refresh/', { refresh: body.refresh });
    expect([again.status, again.body.code]).toEqual([401, 'token_not_valid']);
    await server.stop();
  });
});

describe('a way to sign in that becomes another under its id', () => {
  it('ends the sessions that began by it', async () => {
    const server = await startServer(
      withProviders('{ type: local }', HOUSEHOLD.replace('{', '{ id: door,')),
    );
    const entered = { provider: 'door', password: 'one for all of us' };
    const { refresh } = (await server.post('/login/', entered)).body;
    const later = await server.startSibling(withProviders('{ type: local, id: door }'));
    const { status, body } = await later.post('/token/refresh/', { refresh });
    await later.stop();
    await server.stop();
    expect([status, body.code]).toEqual([401, 'token_not_valid']);
  });
});

describe('a faulty list of ways to sign in', () => {
  it.each([
    [
      '{ type: carrier_pigeon }',
      'AUTH_CONFIG: providers[0]: there is no way to sign in of type "carrier_pigeon": choose among local, passkey, shared_password, trusted_networks.',
    ],
    ['{ type: constructor }', 'there is no way to sign in of type "constructor"'],
    [
      '{ type: shared_password, username: household, password: short }',
      'AUTH_CONFIG: providers[0].password: expected a text of at least 12 characters, not all of them blank, got another value.',
    ],
  ])('stops the boot: %s', async (entry, line) => {
    await expect(startServer(withProviders(entry))).rejects.toThrow(line);
  });
});
