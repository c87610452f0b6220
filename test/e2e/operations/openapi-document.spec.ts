import { type Described, DescribedAnswers, schemasIn } from '../../support/described-answers.js';
import { type Reply } from '../../support/http-client.js';
import { ORIGIN, SECURITY_KEYS } from '../../support/security-keys.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';
import { SoftwareAuthenticator } from '../../support/software-authenticator.js';

const OK = [200, 201, 204];

let server: TestServer;
let described: DescribedAnswers;
beforeAll(async () => {
  server = await startServer({
    ...SECURITY_KEYS,
    MFA_HANDLERS: 'app,email,webauthn,pin',
  });
  const { body } = await server.get('//api/docs-json');
  described = new DescribedAnswers(body);
});
afterAll(() => server.stop());

const nameOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;

/** The operations of which something does not hold. */
function faulty(holds: (operation: Described) => boolean): string[] {
  return described
    .operations()
    .filter(({ operation }) => !holds(operation))
    .map(nameOf);
}

describe('the OpenAPI document', () => {
  it('has schemas of OpenAPI 3.0, with one example each', () => {
    const schemas = schemasIn(described.document);
    expect(schemas.length).toBeGreaterThan(300);
    expect(schemas.filter(([, schema]) => 'examples' in schema).map(([at]) => at)).toEqual([]);
  });

  it('says of every operation whether it takes credentials, and names it', () => {
    expect(faulty(({ security }) => Array.isArray(security))).toEqual([]);
    expect(faulty(({ operationId }) => /^[a-z][A-Za-z]+$/.test(operationId))).toEqual([]);
  });

  it('closes every body, as members that are not known are refused', () => {
    const isClosed = (schema: Described): boolean => {
      const { oneOf, additionalProperties } = described.resolve(schema);
      return oneOf === undefined ? additionalProperties === false : oneOf.every(isClosed);
    };
    const contentOf = ({ requestBody }: Described) =>
      Object.values<Described>(requestBody?.content ?? {});
    expect(
      faulty((operation) => contentOf(operation).every((one) => isClosed(one.schema))),
    ).toEqual([]);
    expect(
      faulty((operation) => contentOf(operation).every(({ schema }) => '$ref' in schema)),
    ).toEqual([]);
  });

  it('has a schema for every answer with a body, and for the headers of refusals', () => {
    const isDescribed = ({ content }: Described) =>
      Object.values<Described>(content ?? {}).every(({ schema }) => schema !== undefined);
    expect(faulty(({ responses }) => Object.values(responses).every(isDescribed))).toEqual([]);
    const headersOf = (status: string) =>
      described.operations().map(({ operation }) => operation.responses[status]?.headers);
    const isSaid = (status: string, name: string) =>
      headersOf(status).every((headers) => headers === undefined || name in headers);
    expect(headersOf('401').some((headers) => headers !== undefined)).toBe(true);
    expect(isSaid('401', 'WWW-Authenticate')).toBe(true);
    expect(isSaid('429', 'Retry-After')).toBe(true);
    expect(isSaid('503', 'Retry-After')).toBe(true);
  });

  it('has patterns that need no flag', () => {
    const patterns = schemasIn(described.document).flatMap(([, { pattern }]) => pattern ?? []);
    expect(patterns.length).toBeGreaterThan(0);
    for (const pattern of patterns) {
      expect(pattern).not.toMatch(/\\p\{/);
      expect(() => [new RegExp(pattern), new RegExp(pattern, 'u')]).not.toThrow();
    }
  });

  it('refers to what is there, and has nothing to which nothing refers', () => {
    const text = JSON.stringify(described.document);
    const named = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect(Object.keys(described.document.components.schemas).sort()).toEqual(
      [...new Set(named)].sort(),
    );
  });

  it('has examples of bodies that are what their schemas say', () => {
    const isPlaceholder = (text: string) => text.startsWith('<');
    const faults = described.operations().flatMap(({ method, path, operation }) => {
      const { schema, examples = {} } = operation.requestBody?.content['application/json'] ?? {};
      return Object.entries<Described>(examples).flatMap(([name, { value }]) => {
        if (Object.values<Described>(value).some((part) => isPlaceholder(String(part.id))))
          return [];
        const fault = described.faultsOf(schema.$ref.slice(1), value);
        return fault === null ? [] : [`${method} ${path} ${name}: ${fault}`];
      });
    });
    expect(faults).toEqual([]);
  });
});

describe('the answers of a journey', () => {
  /** Asks a route and holds the answer against the document. */
  async function ask(
    method: string,
    path: string,
    { access, body, id }: { access?: string; body?: object; id?: string } = {},
  ): Promise<Reply> {
    const reply = await server.send(method, `/${path.replace('{id}', id ?? '')}`, {
      headers: {
        ...(access !== undefined && { authorization: `Bearer ${access}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    expect(described.faultsOfAnswer(method, path, reply)).toBeNull();
    return reply;
  }

  /** As {@link ask}, of what goes well. */
  async function get(path: string, { access }: { access?: string } = {}) {
    const reply = await ask('GET', path, access === undefined ? {} : { access });
    if (!OK.includes(reply.status)) throw new Error(`${path} answered ${reply.text}`);
    return reply;
  }

  async function post(path: string, body: object, { access }: { access?: string } = {}) {
    const asked = access === undefined ? { body } : { access, body };
    const reply = await ask('POST', `/api/auth/${path}`, asked);
    if (!OK.includes(reply.status)) throw new Error(`${path} answered ${reply.text}`);
    return reply;
  }

  it('are described, all their members, where nobody is signed in', async () => {
    const paths = ['/health/live', '/health/ready', '/.well-known/jwks.json'];
    for (const path of [...paths, '/api/auth/providers', '/api/auth/mfa/handlers']) await get(path);
    for (const [path, body] of [
      ['registration', {}],
      ['login', { username: 'nobody', password: 'wrong' }],
      ['login/verify', { ephemeral_token: 'x', code: '1' }],
      ['token/refresh', { refresh: 'x' }],
      ['mfa', { method: 'app' }],
    ] as const) {
      const { status } = await ask('POST', `/api/auth/${path}`, { body });
      expect(status).toBeGreaterThanOrEqual(400);
    }
  });

  async function withThreeMethods(): Promise<{ account: SignedIn; secret: string; id: string }> {
    const account = await server.signUp();
    const app = await post('mfa', { method: 'app' }, account);
    const { secret } = app.body.setup_data;
    await post('mfa/confirm', { method: 'app', code: server.totp(secret) }, account);
    await post('mfa', { method: 'email' }, account);
    const code = server.inbox.lastCode(account.user.email);
    await post('mfa/confirm', { method: 'email', code }, account);
    const key = await post('mfa', { method: 'webauthn', label: 'Key' }, account);
    const { authenticator_id, setup_data } = key.body;
    const credential = new SoftwareAuthenticator(ORIGIN).create(setup_data);
    await post('mfa/confirm', { method: 'webauthn', authenticator_id, credential }, account);
    server.clock.advance({ seconds: 60 });
    return { account, secret, id: String(authenticator_id) };
  }

  it('are described, all their members, from a registration to a logout', async () => {
    const { account, secret, id } = await withThreeMethods();
    const { username, password } = account.user;
    const { body: login } = await post('login', { username, password });
    const { ephemeral_token } = login;
    await post('login/change-method', { ephemeral_token, new_method: 'email' });
    server.clock.advance({ seconds: 60 });
    await post('login/resend', { ephemeral_token });
    await ask('POST', '/api/auth/login/verify', { body: { ephemeral_token, code: 'wrong' } });
    const code = server.inbox.lastCode(account.user.email);
    const verified = await post('login/verify', { ephemeral_token, code });
    let { access } = verified.body;
    const { refresh } = verified.body;
    for (const path of ['user', 'mfa', 'mfa/backup-codes', 'sessions', 'user/security-log']) {
      await get(`/api/auth/${path}`, { access });
    }
    const { body: stepUp } = await post('step-up', { method: 'app' }, { access });
    server.clock.advance({ seconds: 60 });
    const proof = { ephemeral_token: stepUp.ephemeral_token, code: server.totp(secret) };
    ({ access } = (await post('step-up/verify', proof)).body);
    await post('mfa/challenge', { method: 'webauthn' }, { access });
    await post('mfa/primary', { method: 'email' }, { access });
    const path = '/api/auth/mfa/authenticators/{id}';
    await ask('PATCH', path, { access, id, body: { label: 'Blue key' } });
    await ask('DELETE', path, { access, id });
    await post('token/verify', { token: access });
    const renewed = await post('token/refresh', { refresh });
    await post('logout', { refresh: renewed.body.refresh });
  });

  it('are described with their codes, where a step of a login is refused', async () => {
    const account = await server.signUp();
    await server.enrolApp(account);
    const ephemeral_token = await server.beginLogin(account.user);
    for (const [path, body, code] of [
      ['change-method', { new_method: 'app' }, 'method_unchanged'],
      ['change-method', { new_method: 'fax' }, 'method_unknown'],
      ['change-method', { new_method: 'email' }, 'method_not_found'],
      ['change-method', { new_method: 'app', ephemeral_token: 'x' }, 'invalid_token'],
      ['resend', {}, 'dispatch_not_supported'],
      ['resend', { ephemeral_token: 'x' }, 'invalid_token'],
      ['verify', { code: '000000' }, 'invalid_code'],
      ['verify', { code: '000000', ephemeral_token: 'x' }, 'invalid_token'],
      ['cancel', { ephemeral_token: 'x' }, 'invalid_token'],
    ] as const) {
      const sent = { ephemeral_token, ...body };
      const refused = await ask('POST', `/api/auth/login/${path}`, { body: sent });
      expect([path, body, refused.body.code]).toEqual([path, body, code]);
    }
  });

  it('are described with their codes, where a change of methods is refused', async () => {
    const account = await server.signUp();
    await server.enrolApp(account);
    await server.enrolEmail(account);
    for (const [path, body, code] of [
      ['mfa', { method: 'fax' }, 'method_unknown'],
      ['mfa', { method: 'email' }, 'method_exists'],
      ['mfa/primary', { method: 'pin' }, 'method_not_found'],
      ['mfa/deactivate', { method: 'app', code: '000000' }, 'method_is_primary'],
      ['mfa/deactivate', { method: 'email', code: '000000' }, 'invalid_code'],
      ['mfa/send', { method: 'app' }, 'dispatch_not_supported'],
      ['mfa/send', { method: 'pin' }, 'method_not_found'],
      ['mfa/challenge', { method: 'pin' }, 'method_not_found'],
    ] as const) {
      const refused = await ask('POST', `/api/auth/${path}`, { access: account.access, body });
      expect([path, body, refused.body.code]).toEqual([path, body, code]);
    }
  });
});
