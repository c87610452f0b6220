import { jest } from '@jest/globals';
import { authConfigFile } from '../../support/auth-config-file.js';
import {
  expectFaults,
  expectProblem,
  INVALID_TOKEN,
  type Problem,
} from '../../support/problems.js';
import { type SignedIn, startServer, type TestServer } from '../../support/server.js';

const NOT_VALID: Problem = [401, 'token_not_valid', 'Given token not valid for any token type'];

/** Every way to sign in and every factor that the server brings. */
const EVERYTHING = `providers:
  - { type: local }
  - { type: shared_password, username: household, password: one for all of us }
  - { type: trusted_networks, networks: [{ cidr: 192.0.2.0/24, users: [alice] }] }
factors:
  - { type: app }
  - { type: email, address: asked }
  - { type: sms }
  - { type: webauthn }
`;

/** Fits into a body, and would take seconds to be normalised in a place that does not look. */
const COSTLY = `a${'\u0301\u0327'.repeat(5_000)}`;

/** What is looked at of a JSON Schema. */
interface Schema {
  readonly type?: string;
  readonly $ref?: string;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
}

interface Operation {
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
  readonly parameters?: readonly { name: string; in: string; schema: Schema }[];
}

let server: TestServer;
let account: SignedIn;
let document: {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

beforeAll(async () => {
  server = await startServer({
    AUTH_CONFIG: authConfigFile(EVERYTHING),
    WEBAUTHN_RP_ID: 'localhost',
  });
  account = await server.signUp();
  document = (await server.get('//api/docs-json')).body;
});
afterAll(() => server.stop());

/** The texts of a schema, by their path, with whether each of them has an end. */
function textsIn(schema: Schema, path: string): [path: string, isBounded: boolean][] {
  const { $ref, properties = {}, items } = schema;
  if ($ref !== undefined) {
    const name = $ref.split('/').at(-1) ?? '';
    return textsIn(document.components.schemas[name] ?? {}, path);
  }
  const choices = [...(schema.allOf ?? []), ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])];
  const isText = schema.type === 'string';
  const isBounded =
    schema.maxLength !== undefined || schema.enum !== undefined || schema.format === 'uuid';
  return [
    ...(isText ? [[path, isBounded] as [string, boolean]] : []),
    ...choices.flatMap((choice) => textsIn(choice, path)),
    ...(items === undefined ? [] : textsIn(items, `${path}[]`)),
    ...Object.entries(properties).flatMap(([name, member]) => textsIn(member, `${path}.${name}`)),
  ];
}

function textsOf(operation: Operation, path: string): [path: string, isBounded: boolean][] {
  const bodies = Object.values(operation.requestBody?.content ?? {});
  return [
    ...bodies.flatMap(({ schema }) => textsIn(schema, path)),
    ...(operation.parameters ?? []).flatMap(({ name, schema }) =>
      textsIn(schema, `${path}?${name}`),
    ),
  ];
}

const unbounded = (texts: readonly [path: string, isBounded: boolean][]) =>
  texts.flatMap(([path, isBounded]) => (isBounded ? [] : [path]));

describe('every text that a request may hold', () => {
  it('has an end in the OpenAPI document', () => {
    const texts = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, operation]) =>
        textsOf(operation, `${method} ${path}`),
      ),
    );
    expect(texts.length).toBeGreaterThan(50);
    expect([...new Set(unbounded(texts))]).toEqual([]);
  });

  it('has an end in the forms of the factors and of the ways to sign in', async () => {
    const handlers = (await server.get('/mfa/handlers/')).body;
    const providers = (await server.get('/providers/')).body;
    const texts = [
      ...handlers.flatMap(
        (handler: { name: string; setup_schema: Schema; input_schema: Schema }) => [
          ...textsIn(handler.setup_schema, `${handler.name} set-up`),
          ...textsIn(handler.input_schema, `${handler.name} proof`),
        ],
      ),
      ...providers.flatMap(({ id, schema }: { id: string; schema: Schema }) => textsIn(schema, id)),
    ];
    expect(texts.length).toBeGreaterThan(10);
    expect(unbounded(texts)).toEqual([]);
  });
});

describe('a text that is too long', () => {
  const tooLong = (most: number) => [`Ensure this field has no more than ${most} characters.`];
  let normalize: jest.SpiedFunction<typeof String.prototype.normalize>;

  beforeEach(() => {
    normalize = jest.spyOn(String.prototype, 'normalize');
  });
  afterEach(() => {
    const lengths = normalize.mock.contexts.map((text) => String(text).length);
    normalize.mockRestore();
    expect(Math.max(0, ...lengths)).toBeLessThanOrEqual(4096);
  });

  it('is refused where one signs in or registers, before anything is done with it', async () => {
    const { username, email, password } = account.user;
    expectFaults(await server.post('/login/', { username: COSTLY, password: COSTLY }), {
      username: tooLong(600),
      password: tooLong(4096),
    });
    expectFaults(await server.post('/login/', { email: COSTLY, password }), {
      email: tooLong(254),
    });
    expectFaults(await server.post('/login/', { username, password, provider: COSTLY }), {
      provider: tooLong(64),
    });
    const shared = { provider: 'shared_password', password: COSTLY };
    expectFaults(await server.post('/login/', shared), { password: tooLong(4096) });
    const trusted = { provider: 'trusted_networks', username: COSTLY };
    expectFaults(await server.post('/login/', trusted), { username: tooLong(600) });
    const { body } = await server.post('/registration/', {
      username: COSTLY,
      email,
      password: COSTLY,
    });
    expect(body.errors).toMatchObject({ password: tooLong(4096) });
    expect(body.errors.username).toEqual(expect.arrayContaining(tooLong(150)));
  });

  it('is refused as a new and as an old password', async () => {
    const both = { old_password: COSTLY, new_password: COSTLY };
    const long = tooLong(4096);
    expectFaults(await server.post('/password/change/', both, account.access), {
      old_password: long,
      new_password: long,
    });
    expectFaults(await server.post('/password/reset/', { email: COSTLY }), { email: tooLong(254) });
    const confirm = { token: 'x', new_password: COSTLY };
    expectFaults(await server.post('/password/reset/confirm/', confirm), { new_password: long });
  });

  it('is refused as a code and as a label', async () => {
    const { access } = account;
    await server.post('/mfa/', { method: 'app' }, access);
    const code = { method: 'app', code: COSTLY };
    expectFaults(await server.post('/mfa/confirm/', code, access), { code: tooLong(64) });
    const { body } = await server.post('/mfa/', { method: 'app', label: COSTLY }, access);
    expect(body.errors.label).toEqual(['label must be shorter than or equal to 64 characters']);
    const named = { method: COSTLY };
    expectFaults(await server.post('/mfa/', named, access), { method: tooLong(64) });
    expectFaults(await server.post('/step-up/', named, access), { method: tooLong(64) });
  });

  it('is a bad token like every other, where a token is asked for', async () => {
    const code = '123456';
    for (const path of ['/login/verify/', '/step-up/verify/']) {
      expectProblem(await server.post(path, { ephemeral_token: COSTLY, code }), INVALID_TOKEN);
    }
    for (const path of ['/login/resend/', '/login/cancel/']) {
      expectProblem(await server.post(path, { ephemeral_token: COSTLY }), INVALID_TOKEN);
    }
    const reset = { token: COSTLY, new_password: 'another horse battery' };
    expectProblem(await server.post('/password/reset/confirm/', reset), INVALID_TOKEN);
    expectProblem(await server.post('/token/refresh/', { refresh: COSTLY }), NOT_VALID);
    expectProblem(await server.post('/logout/', { refresh: COSTLY }), NOT_VALID);
    expectProblem(await server.post('/token/verify/', { token: COSTLY }), NOT_VALID);
    expectProblem(await server.get('/user/', 'x'.repeat(5000)), NOT_VALID);
  });
});
