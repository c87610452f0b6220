import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ApiProperty, DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { HTTP_HANDLERS, libraryHttpApp } from '../../../test/support/library-http-app.js';
import { HandlerRegistry } from '../core/handler-registry.js';
import { completeMfaDocument, mfaModels } from './openapi.js';

/** What this host's token issuer makes. */
class Tokens {
  @ApiProperty() readonly access!: string;
}

/** The document as a client reads it: through JSON. */
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
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

describe('completeMfaDocument', () => {
  it("says what the host's tokens look like", () => {
    const { content } = operation('login/verify').responses['200'];
    expect(content).toEqual({ 'application/json': { schema: ref('Tokens') } });
    expect(document.components.schemas.Tokens.required).toEqual(['access']);
  });

  it('makes the body of a set-up a choice between the handlers', () => {
    expect(json('mfa').schema).toEqual({
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
      expect(json(path).schema.oneOf.slice(-2)).toEqual([
        {
          allOf: [
            {
              type: 'object',
              properties: { method: { type: 'string', enum: ['app', 'text_message'] } },
              required: ['method'],
            },
            ref('CodeProof'),
          ],
        },
        {
          allOf: [
            {
              type: 'object',
              properties: { method: { type: 'string', enum: ['key'] } },
              required: ['method'],
            },
            ref('KeyProof'),
          ],
        },
      ]);
      expect(json(path).examples.key.value).toEqual({ method: 'key', credential: '<text>' });
    },
  );

  it('lets a confirmation say which authenticator it is about', () => {
    const [shared] = json('mfa/confirm').schema.oneOf;
    expect(shared.allOf[0]).toMatchObject({
      properties: { authenticator_id: { type: 'string', format: 'uuid' } },
      required: ['method'],
    });
    expect(json('mfa/confirm').examples.app.value).not.toHaveProperty('authenticator_id');
  });

  it('leaves the schema of a shared proof open for the fields beside it', () => {
    expect(document.components.schemas.CodeProof.properties.code.example).toBe('123456');
    expect(document.components.schemas.CodeProof).not.toHaveProperty('additionalProperties');
  });

  it('lets a deletion do without a proof', () => {
    expect(json('mfa/delete').schema.oneOf).toHaveLength(3);
    expect(json('mfa/delete').examples.without_proof.value).toEqual({ method: 'email' });
  });

  it('offers a backup code to the second step of a login', () => {
    expect(json('login/verify').examples.app.value).toEqual({
      ephemeral_token: '<ephemeral_token of login>',
      code: '123456',
    });
    expect(json('login/verify').examples.backup_code.value.code).toBe('<backup code>');
  });

  it('asks for a proof alone where the codes are replaced', () => {
    expect(json('mfa/backup-codes').schema).toEqual({ oneOf: [ref('CodeProof'), ref('KeyProof')] });
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
    expect(content['application/json'].schema).toEqual({
      oneOf: [ref('AppSetUpAnswer'), ref('TextMessageSetUpAnswer'), ref('KeySetUpAnswer')],
    });
    expect(document.components.schemas.KeySetUpAnswer.allOf[1].properties.setup_data).toEqual(
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
    ['PrimaryBody', 'method'],
    ['ChangeMethodBody', 'new_method'],
    ['MethodAnswer', 'name'],
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
    expect(schema).toEqual(ref('ProblemAnswer'));
    expect(examples.invalid_code.value).toMatchObject({ status: 400, code: 'invalid_code' });
  });

  it('asks for the access token where it is needed and nowhere else', () => {
    expect(document.components.securitySchemes.bearer).toMatchObject({ scheme: 'bearer' });
    expect(operation('mfa').security).toEqual([{ bearer: [] }]);
    expect(operation('mfa/handlers', 'get').security).toBeUndefined();
    expect(operation('login/verify').security).toBeUndefined();
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
});
