import { type Type } from '@nestjs/common';
import { getSchemaPath, type OpenAPIObject } from '@nestjs/swagger';
import { MAX_EPHEMERAL_TOKEN_LENGTH } from '../core/ephemeral-token.js';
import { type JsonObject } from '../core/handler.js';
import { type HandlerRegistry } from '../core/handler-registry.js';
import { LONGEST_PASSWORD } from '../core/password-fields.js';
import { BEARER_SCHEME } from './decorators/signed-in-routes.decorator.js';
import { EPHEMERAL_TOKEN_PLACEHOLDER } from './dto/login.bodies.js';
import { LONGEST_METHOD_NAME } from './dto/method-name-field.js';
import { STEP_UP_TOKEN_PLACEHOLDER } from './dto/step-up.bodies.js';
import { SetUpAnswer } from './dto/methods.answers.js';
import { BODY_MEDIA_TYPES } from './guards/media-type.guard.js';
import { type FixedFields, type Form, HandlerForms, objectOf } from './handler-forms.js';
import { OPERATIONS } from './operations.js';
import { PROBLEM_MEDIA_TYPE } from './problem-body.js';

/** Fields that hold a method's name, by the schema that they stand in. */
const METHOD_NAME_FIELDS: readonly (readonly [schema: string, field: string])[] = [
  ['MethodBody', 'method'],
  ['AuthenticatorBody', 'method'],
  ['PrimaryBody', 'method'],
  ['ChangeMethodBody', 'new_method'],
  ['ChangeMethodAnswer', 'new_method'],
  ['MethodAnswer', 'name'],
  ['HandlerAnswer', 'name'],
  ['SetUpAnswer', 'method'],
];

const tokenField = (placeholder: string) => ({
  required: {
    ephemeral_token: {
      type: 'string',
      maxLength: MAX_EPHEMERAL_TOKEN_LENGTH,
      example: placeholder,
    },
  },
});

/** Which of several authenticators a confirmation is about. */
const confirmationFields: FixedFields = (methods) => ({
  ...HandlerForms.methodField(methods),
  optional: {
    authenticator_id: {
      type: 'string',
      format: 'uuid',
      description: 'Needed where several authenticators of the method await their confirmation.',
    },
  },
});

const noFields: FixedFields = () => ({ required: {} });

/** What {@link completeMfaDocument} changes, in words of plain JSON. */
interface PlainDocument {
  readonly paths: Record<string, Record<string, PlainOperation>>;
  components?: {
    schemas?: Record<string, JsonObject>;
    securitySchemes?: Record<string, JsonObject>;
  };
}

interface PlainOperation {
  readonly operationId?: string;
  requestBody?: JsonObject;
  responses: Record<string, JsonObject>;
}

/** Documents the bodies that the host's token issuer makes: one class for both, or one for each. */
export type TokenModels =
  Type<object> | { readonly login: Type<object>; readonly stepUp: Type<object> };

function modelsOf(tokens: TokenModels) {
  return typeof tokens === 'function' ? { login: tokens, stepUp: tokens } : tokens;
}

/** Classes for `extraModels` of `SwaggerModule.createDocument`. */
export function mfaModels(registry: HandlerRegistry, tokens: TokenModels): Type<object>[] {
  const setups = registry.all().map(({ setupResponseSchema }) => setupResponseSchema);
  return [
    ...new Set(Object.values(modelsOf(tokens))),
    ...setups.filter((schema) => schema !== undefined),
  ];
}

/**
 * Completes what decorators cannot know: the bodies that depend on the registered handlers become a
 * choice between them, with an example for each, and fields that name a method list the names.
 *
 * @param document made by `SwaggerModule.createDocument` with {@link mfaModels}; changed in place
 * @param tokens as in {@link mfaModels}
 */
export function completeMfaDocument(
  document: OpenAPIObject,
  registry: HandlerRegistry,
  tokens: TokenModels,
): void {
  // The document is plain JSON; its own types have a union at every step.
  const plain = document as unknown as PlainDocument;
  const forms = new HandlerForms(registry.all());
  const operations = new Map(
    Object.values(plain.paths)
      .flatMap((path) => Object.values(path))
      .map((operation) => [operation.operationId ?? '', operation]),
  );
  for (const [operationId, form] of formsByOperation(forms)) {
    const operation = operations.get(operationId);
    if (operation !== undefined) operation.requestBody = requestBodyOf(form);
  }
  const answers = [
    [OPERATIONS.setUpMethod, '201', forms.setUpAnswer(SetUpAnswer.name)],
    [OPERATIONS.verifyLogin, '200', { $ref: getSchemaPath(modelsOf(tokens).login) }],
    [OPERATIONS.verifyStepUp, '200', { $ref: getSchemaPath(modelsOf(tokens).stepUp) }],
  ] as const;
  for (const [operationId, status, schema] of answers) {
    const answer = operations.get(operationId)?.responses[status];
    if (answer !== undefined) answer.content = { 'application/json': { schema } };
  }
  addComponents(plain, forms, registry.names());
  for (const [path, item] of Object.entries(plain.paths)) nameInstance(path, Object.values(item));
}

/** The examples of a problem name the path that is refused, as the answer does [RFC 9457 §3.1.5]. */
function nameInstance(path: string, operations: readonly PlainOperation[]): void {
  for (const { responses } of operations) {
    for (const [status, response] of Object.entries(responses)) {
      // What `ApiProblems` has made. It is shared by the operations of a controller, so it is copied.
      const content = response['content'] as Record<string, JsonObject> | undefined;
      const problem = content?.[PROBLEM_MEDIA_TYPE];
      if (problem === undefined) continue;
      const examples = Object.entries(problem['examples'] as Record<string, ProblemExample>);
      const named = examples.map(([name, example]) => [
        name,
        { ...example, value: { ...example.value, instance: path } },
      ]);
      responses[status] = {
        ...response,
        content: {
          ...content,
          [PROBLEM_MEDIA_TYPE]: { ...problem, examples: Object.fromEntries(named) as JsonObject },
        },
      };
    }
  }
}

type ProblemExample = { summary: string; value: JsonObject };

function formsByOperation(forms: HandlerForms): [operationId: string, form: Form][] {
  const methodAndProof = forms.proof(HandlerForms.methodField);
  return [
    [OPERATIONS.setUpMethod, forms.setUp()],
    [OPERATIONS.confirmMethod, forms.proof(confirmationFields)],
    [OPERATIONS.deactivateMethod, methodAndProof],
    [OPERATIONS.deleteMethod, withoutProofToo(methodAndProof)],
    [OPERATIONS.verifyLogin, proofWith(EPHEMERAL_TOKEN_PLACEHOLDER, forms)],
    [OPERATIONS.verifyStepUp, orPassword(proofWith(STEP_UP_TOKEN_PLACEHOLDER, forms))],
    [OPERATIONS.regenerateBackupCodes, forms.proof(noFields)],
  ];
}

/** A proof is asked for only where the server is set to. */
function withoutProofToo({ schema, examples }: Form): Form {
  const methodOnly = objectOf({
    required: { method: { type: 'string', maxLength: LONGEST_METHOD_NAME } },
  });
  const alternatives = Array.isArray(schema.oneOf) ? schema.oneOf : [];
  return {
    schema: { oneOf: [{ ...methodOnly, additionalProperties: false }, ...alternatives] },
    examples: {
      without_proof: { summary: 'Without a proof', value: { method: 'email' } },
      ...examples,
    },
  };
}

/** A proof by the token that the placeholder stands for, or a backup code. */
function proofWith(placeholder: string, forms: HandlerForms): Form {
  const { schema, examples } = forms.proof(() => tokenField(placeholder));
  const value = { ephemeral_token: placeholder, code: '<backup code>' };
  return { schema, examples: { ...examples, backup_code: { summary: 'A backup code', value } } };
}

/** A step-up of somebody without a method asks for the password. */
function orPassword({ schema, examples }: Form): Form {
  const { required } = tokenField(STEP_UP_TOKEN_PLACEHOLDER);
  const password = { type: 'string', format: 'password', maxLength: LONGEST_PASSWORD };
  const alternatives = Array.isArray(schema.oneOf) ? schema.oneOf : [];
  const value = { ephemeral_token: STEP_UP_TOKEN_PLACEHOLDER, password: '<password>' };
  return {
    schema: { oneOf: [...alternatives, objectOf({ required: { ...required, password } })] },
    examples: { ...examples, password: { summary: 'The password', value } },
  };
}

function requestBodyOf({ schema, examples }: Form): JsonObject {
  const content = BODY_MEDIA_TYPES.map((mediaType) => [mediaType, { schema, examples }]);
  return { required: true, content: Object.fromEntries(content) as JsonObject };
}

function addComponents(plain: PlainDocument, forms: HandlerForms, names: string[]): void {
  const { schemas, securitySchemes, ...others } = plain.components ?? {};
  plain.components = {
    ...others,
    schemas: { ...schemas, ...forms.components },
    securitySchemes: {
      [BEARER_SCHEME]: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      ...securitySchemes,
    },
  };
  for (const [schema, field] of METHOD_NAME_FIELDS) {
    const properties = plain.components.schemas?.[schema]?.properties as JsonObject | undefined;
    const property = properties?.[field];
    if (typeof property === 'object') Object.assign(property ?? {}, oneNameOf(names));
  }
}

function oneNameOf(names: string[]): JsonObject {
  return names.length === 0 ? { not: {} } : { enum: names };
}
