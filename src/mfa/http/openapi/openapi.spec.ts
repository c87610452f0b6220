import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ApiProperty, DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { IsDefined } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { HTTP_HANDLERS, libraryHttpApp } from '../../../../test/support/library-http-app.js';
import { HandlerRegistry } from '../../core/ceremony/handler-registry.js';
import { completeMfaDocument, completeOperations, mfaModels } from './openapi.js';

/** The body from the `TokenIssuer` of this host. */
class Tokens {
  @ApiProperty() readonly access!: string;
}

class KeyDetails {
  @ApiProperty() readonly model!: string;
}

class BadgeSignal extends KeyDetails {}

class KeySignal {
  @ApiProperty({ type: [String] }) readonly credential_ids!: string[];
}

const ANSWER = { type: 'object' as const, properties: { id: { type: 'string' as const } } };

class ObjectProof {
  @JSONSchema(() => ANSWER)
  @IsDefined()
  readonly answer!: object;
}

/** The document after a way through JSON, as a client reads it. */
async function servedDocument(handlers = HTTP_HANDLERS) {
  const registry = new HandlerRegistry(handlers);
  const app = await libraryHttpApp(new FastifyAdapter());
  await app.init();
  const extraModels = mfaModels(registry, Tokens);
  const made = SwaggerModule.createDocument(app, new DocumentBuilder().build(), { extraModels });
  completeMfaDocument(made, registry, Tokens);
  await app.close();
  return JSON.parse(JSON.stringify(made));
}

let document: Awaited<ReturnType<typeof servedDocument>>;
beforeAll(async () => (document = await servedDocument()));

const operation = (path: string, method = 'post') => document.paths[`/api/auth/${path}`][method];
const json = (path: string) => operation(path).requestBody.content['application/json'];
const schemaOf = ({ $ref }: { $ref: string }) =>
  document.components.schemas[$ref.replace('#/components/schemas/', '')];
/** The body of an operation, and the schemas of its choice. */
const bodyOf = (path: string) => schemaOf(json(path).schema);
const choicesOf = (path: string) => bodyOf(path).oneOf.map(schemaOf);
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

describe('completeMfaDocument', () => {
  it("says what the host's tokens look like", () => {
    const { content } = operation('login/verify').responses['200'];
    expect(content).toEqual({ 'application/json': { schema: ref('Tokens') } });
    expect(document.components.schemas.Tokens.required).toEqual(['access']);
  });

  it('makes the body of a set-up a choice between the handlers', () => {
    expect(json('mfa').schema).toEqual(ref('SetUpMethodBody'));
    expect(bodyOf('mfa')).toEqual({
      oneOf: [ref('AppSetup'), ref('TextMessageSetup'), ref('KeySetup')],
    });
    expect(document.components.schemas.TextMessageSetup).toEqual({
      type: 'object',
      properties: {
        method: { type: 'string', enum: ['text_message'] },
        phone: {
          type: 'string',
          maxLength: 32,
          description: 'Where codes go.',
          example: '+1 555 0100',
        },
      },
      required: ['method', 'phone'],
      additionalProperties: false,
    });
    expect(json('mfa').examples).toEqual({
      app: { summary: 'APP', value: { method: 'app' } },
      text_message: {
        summary: 'TEXT_MESSAGE',
        value: { method: 'text_message', phone: '+1 555 0100' },
      },
      key: { summary: 'KEY', value: { method: 'key' } },
    });
  });

  it.each(['mfa/deactivate', 'mfa/delete'])(
    'shares the proof of %s between the handlers that ask for the same',
    (path) => {
      const [byCode, byKey] = choicesOf(path).slice(-2);
      expect(byCode).toMatchObject({
        properties: { method: { enum: ['app', 'text_message'] }, code: { type: 'string' } },
        required: ['method', 'code'],
        additionalProperties: false,
      });
      expect(byKey).toMatchObject({
        properties: { method: { enum: ['key'] }, credential: { type: 'string' } },
        required: ['method', 'credential'],
        additionalProperties: false,
      });
      expect(json(path).examples.key.value).toEqual({ method: 'key', credential: '<text>' });
    },
  );

  it('lets a confirmation say which authenticator it is about', () => {
    expect(choicesOf('mfa/confirm')[0]).toMatchObject({
      properties: { authenticator_id: { type: 'string', format: 'uuid' } },
      required: ['method', 'code'],
    });
    expect(json('mfa/confirm').examples.app.value).not.toHaveProperty('authenticator_id');
  });

  it('lets a deletion do without a proof', () => {
    expect(choicesOf('mfa/delete')).toHaveLength(3);
    expect(choicesOf('mfa/delete')[0].required).toEqual(['method']);
    expect(json('mfa/delete').examples.without_proof.value).toEqual({ method: 'app' });
  });

  it('takes whatever proves the primary method where another one is to become it', () => {
    const [byCode, ...byProof] = choicesOf('mfa/primary');
    expect(Object.keys(byCode.properties)).toEqual(['method', 'primary_code']);
    expect(byCode.required).toEqual(['method']);
    const method = { type: 'string', enum: ['app', 'text_message', 'key'] };
    expect(byProof).toEqual([
      expect.objectContaining({ properties: { method, code: expect.anything() } }),
      expect.objectContaining({ properties: { method, credential: expect.anything() } }),
    ]);
    expect(document.components.schemas).not.toHaveProperty('PrimaryBody');
  });

  it('lets the removal of an authenticator do without a body', () => {
    const { requestBody } = operation('mfa/authenticators/{id}', 'delete');
    expect(requestBody.required).toBe(false);
    expect(schemaOf(requestBody.content['application/json'].schema)).toEqual({
      oneOf: [ref('CodeProof'), ref('KeyProof')],
    });
  });

  it('offers a backup code to the second step of a login', () => {
    expect(json('login/verify').examples.app.value).toEqual({
      ephemeral_token: '<ephemeral_token of login>',
      code: '123456',
    });
    expect(json('login/verify').examples.backup_code.value.code).toBe('<backup code>');
  });

  it('asks for a proof alone where the codes are replaced', () => {
    expect(bodyOf('mfa/backup-codes')).toEqual({ oneOf: [ref('CodeProof'), ref('KeyProof')] });
  });

  it('takes forms as well as JSON', () => {
    for (const path of ['mfa', 'mfa/confirm', 'mfa/primary', 'login/verify', 'login/resend']) {
      expect(Object.keys(operation(path).requestBody.content)).toEqual([
        'application/json',
        'application/x-www-form-urlencoded',
      ]);
    }
  });

  it("answers a set-up with each handler's own data", () => {
    const { content } = operation('mfa').responses['201'];
    expect(schemaOf(content['application/json'].schema)).toEqual({
      oneOf: [
        ref('AppEnrolmentResponse'),
        ref('TextMessageEnrolmentResponse'),
        ref('KeyEnrolmentResponse'),
      ],
    });
    expect(document.components.schemas.KeyEnrolmentResponse.properties.setup_data).toEqual(
      ref('KeySetupResponse'),
    );
  });

  it('names nothing that is not there', () => {
    const text = JSON.stringify(document);
    const names = [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name);

    expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining(names));
  });

  it.each([
    ['MethodBody', 'method'],
    ['ChangeMethodResponse', 'method'],
    ['ChangeMethodBody', 'new_method'],
    ['MethodResponse', 'name'],
  ])('lists the names in %s.%s', (schema, field) => {
    expect(document.components.schemas[schema].properties[field].enum).toEqual([
      'app',
      'text_message',
      'key',
    ]);
  });

  it('documents failures by status, with their codes and an example of each', () => {
    const { 401: unauthorized, 400: bad } = operation('mfa/confirm').responses;

    expect(unauthorized.description).toBe(
      '`not_authenticated`, `token_not_valid`, `fresh_proof_required`',
    );
    const { schema, examples } = bad.content['application/problem+json'];
    expect(schema).toEqual(ref('ProblemDetails'));
    expect(examples.invalid_code.value).toMatchObject({ status: 400, code: 'invalid_code' });
  });

  it('asks for the access token where it is needed and nowhere else', () => {
    expect(document.components.securitySchemes.bearer).toMatchObject({ scheme: 'bearer' });
    expect(operation('mfa').security).toEqual([{ bearer: [] }]);
    expect(operation('mfa/handlers', 'get').security).toEqual([]);
    expect(operation('login/verify').security).toEqual([]);
  });
});

describe('completeMfaDocument with other handlers', () => {
  it('makes no choice where there is none', async () => {
    const text = JSON.stringify(await servedDocument([]));
    expect(text).toContain('/api/auth/mfa');
    // Neither may be empty [JSON Schema Validation §6.1.2, JSON Schema Core §10.2.1].
    expect(text).not.toMatch(/"(oneOf|enum)":\[\]/);
  });

  it('keeps apart names that differ by a line alone', async () => {
    const [app] = HTTP_HANDLERS;
    const named = (name: string) => ({ ...app, name }) as (typeof HTTP_HANDLERS)[number];
    const { components } = await servedDocument([named('app2'), named('app_2')]);
    const methods = ['App2Setup', 'App_2Setup'].map(
      (name) => components.schemas[name].properties.method.enum,
    );
    expect(methods).toEqual([['app2'], ['app_2']]);
  });

  it('has no more of a choice than there are handlers', async () => {
    const { paths, components } = await servedDocument(HTTP_HANDLERS.slice(0, 1));
    const { content } = paths['/api/auth/mfa'].post.requestBody;
    expect(content['application/json'].schema).toEqual(ref('AppSetup'));
    expect(components.schemas).not.toHaveProperty('SetUpMethodBody');
  });

  it('takes a backup code where no proof is a code', async () => {
    const { components } = await servedDocument(HTTP_HANDLERS.slice(2));
    const { oneOf } = components.schemas.VerifyLoginBody;
    expect(oneOf).toEqual([ref('VerifyLoginWithKeyProof'), ref('VerifyLoginWithBackupCode')]);
    expect(components.schemas.VerifyLoginWithBackupCode).toMatchObject({
      required: ['ephemeral_token', 'code'],
      additionalProperties: false,
    });
  });

  it('gives the objects within a proof a name, and leaves them as they are', async () => {
    const [, , key] = HTTP_HANDLERS;
    const handler = { ...key, proofSchema: ObjectProof } as (typeof HTTP_HANDLERS)[number];
    const { components } = await servedDocument([handler]);
    expect(components.schemas.ObjectProof.properties.answer).toEqual(ref('ObjectProofAnswer'));
    expect(components.schemas.ObjectProofAnswer).toEqual(ANSWER);
  });
});

describe('what a handler documents beside its forms', () => {
  const [, , key] = HTTP_HANDLERS;
  const rich = {
    ...key,
    maxAuthenticators: 2,
    setupTopLevel: ['challenge'],
    detailsSchema: KeyDetails,
    signalSchema: KeySignal,
  } as (typeof HTTP_HANDLERS)[number];
  const answerOf = (made: typeof document, [path, method, status]: string[]) =>
    made.paths[`/api/auth/${path}`][method ?? ''].responses[status ?? ''].content?.[
      'application/json'
    ].schema;

  it('is in the answers', async () => {
    const made = await servedDocument([rich]);
    const { schemas } = made.components;
    expect(schemas.KeyEnrolmentResponse.properties.challenge).toEqual({
      type: 'string',
      example: '<challenge>',
    });
    expect(schemas.KeyEnrolmentResponse.required).toContain('challenge');
    expect(answerOf(made, ['mfa/authenticators/{id}', 'patch', '200'])).toEqual({
      anyOf: [ref('KeyAuthenticatorResponse'), ref('AuthenticatorResponse')],
    });
    expect(Object.keys(schemas.KeyAuthenticatorResponse.properties)).toEqual(
      expect.arrayContaining(['id', 'label', 'model', 'credential_ids']),
    );
    expect(answerOf(made, ['mfa/authenticators/{id}', 'delete', '200'])).toEqual(ref('KeySignal'));
    expect(answerOf(made, ['mfa/delete', 'post', '200'])).toEqual(ref('KeySignal'));
    expect(schemas).not.toHaveProperty('KeyDetails');
  });

  it('is one of several where handlers differ', async () => {
    const other = { ...rich, name: 'badge', signalSchema: BadgeSignal } as typeof rich;
    const made = await servedDocument([rich, other]);
    const schema = answerOf(made, ['mfa/delete', 'post', '200']);
    expect(schema).toEqual({ anyOf: [ref('KeySignal'), ref('BadgeSignal')] });
  });

  it('is not there where there is none', () => {
    expect(answerOf(document, ['mfa/authenticators/{id}', 'patch', '200'])).toEqual(
      ref('AuthenticatorResponse'),
    );
    expect(operation('mfa/delete').responses).not.toHaveProperty('200');
  });
});

describe('completeOperations', () => {
  it("closes the bodies of a host's own operations, and says which are for everybody", () => {
    const body = { content: { 'application/json': { schema: ref('Body') } } };
    const made = {
      paths: { '/a': { post: { requestBody: body, responses: {} }, get: { responses: {} } } },
      components: { schemas: { Body: { type: 'object' }, Answer: { type: 'object' } } },
    };
    completeOperations(made as never);
    expect(made.paths['/a']).toMatchObject({ post: { security: [] }, get: { security: [] } });
    expect(made.components.schemas).toEqual({
      Body: { type: 'object', additionalProperties: false },
      Answer: { type: 'object' },
    });
  });
});
