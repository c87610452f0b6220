import { type Type } from '@nestjs/common';
import { getSchemaPath, type OpenAPIObject } from '@nestjs/swagger';
import { type JsonObject } from '../../contract/handler.js';
import { type HandlerRegistry } from '../../core/ceremony/handler-registry.js';
import { BEARER_SCHEME } from '../decorators/signed-in.decorators.js';
import { EnrolmentResponse } from '../dto/methods.responses.js';
import { PrimaryBody } from '../dto/methods.bodies.js';
import { BODY_MEDIA_TYPES } from '../requests/media-type.guard.js';
import { answersOf } from './handler-responses.js';
import { type Form, HandlerForms, oneNameOf, pascalCase } from '../schemas/handler-forms.js';
import { formsByOperation } from './operation-forms.js';
import { OPERATIONS } from './operations.js';
import { nameInstances } from './problem-instances.js';
import { partOf } from '../schemas/open-api-schema.js';

/** Fields with the name of a method, by their schema. */
const METHOD_NAME_FIELDS: readonly (readonly [schema: string, field: string])[] = [
  ['MethodBody', 'method'],
  ['AuthenticatorBody', 'method'],
  ['ChangeMethodBody', 'new_method'],
  ['ChangeMethodResponse', 'method'],
  ['ChangeMethodResponse', 'new_method'],
  ['MethodResponse', 'name'],
  ['HandlerResponse', 'name'],
];

/** Schemas that those of the handlers replace. They go if nothing else refers to them. */
const REPLACED_MODELS = [EnrolmentResponse, PrimaryBody];

/** An OpenAPI document as plain JSON. The official types have a union at every step. */
interface PlainDocument {
  readonly paths: Record<string, Record<string, PlainOperation>>;
  components?: {
    schemas?: Record<string, JsonObject>;
    securitySchemes?: Record<string, JsonObject>;
  };
}

interface PlainOperation {
  readonly operationId?: string;
  security?: JsonObject[];
  requestBody?: JsonObject;
  responses: Record<string, JsonObject>;
}

/** Classes that document the bodies of the host's `TokenIssuer`: one for both, or one for each. */
export type TokenModels =
  Type<object> | { readonly login: Type<object>; readonly stepUp: Type<object> };

function modelsOf(tokens: TokenModels) {
  return typeof tokens === 'function' ? { login: tokens, stepUp: tokens } : tokens;
}

/** Classes for `extraModels` of `SwaggerModule.createDocument`. */
export function mfaModels(registry: HandlerRegistry, tokens: TokenModels): Type<object>[] {
  const ofHandlers = registry
    .all()
    .flatMap(({ setupResponseSchema, detailsSchema, signalSchema }) => [
      setupResponseSchema,
      detailsSchema,
      signalSchema,
    ]);
  const present = ofHandlers.filter((schema) => schema !== undefined);
  return [...new Set([...Object.values(modelsOf(tokens)), ...present])];
}

/**
 * Completes a document with what no decorator knows. A body that depends on the registered handlers becomes
 * a choice, with an example for each handler. A field that names a method lists the names.
 *
 * @param document from `SwaggerModule.createDocument` with {@link mfaModels}; changed in place
 * @param tokens as in {@link mfaModels}
 * @param remembersDevices whether `login/verify/` takes `remember_device`, by the option `trustedDevices`
 */
export function completeMfaDocument(
  document: OpenAPIObject,
  registry: HandlerRegistry,
  tokens: TokenModels,
  remembersDevices = false,
): void {
  const plain = document as unknown as PlainDocument;
  const operations = new Map(
    operationsOf(plain).map((operation) => [operation.operationId ?? '', operation]),
  );
  const forms = new HandlerForms(registry.all());
  for (const [operationId, form, isRequired] of formsByOperation(
    forms,
    registry.names(),
    remembersDevices,
  )) {
    const operation = operations.get(operationId);
    if (operation !== undefined) {
      operation.requestBody = requestBodyOf(operationId, form, { forms, isRequired });
    }
  }
  const { login, stepUp } = modelsOf(tokens);
  const answers = [
    ...answersOf(registry.all(), forms, plain.components?.schemas ?? {}),
    [OPERATIONS.verifyLogin, '200', { $ref: getSchemaPath(login) }],
    [OPERATIONS.verifyStepUp, '200', { $ref: getSchemaPath(stepUp) }],
  ] as const;
  for (const [operationId, status, schema] of answers) {
    const operation = operations.get(operationId);
    if (operation === undefined) continue;
    const answer = (operation.responses[status] ??= { description: '' });
    answer.content = { 'application/json': { schema } };
  }
  addComponents(plain, forms, registry);
  const ours: readonly string[] = Object.values(OPERATIONS);
  complete(plain, ({ operationId = '' }) => ours.includes(operationId));
  for (const [path, item] of Object.entries(plain.paths)) nameInstances(path, Object.values(item));
}

/**
 * Completes every operation of an application that refuses unknown members, as this library does: its
 * bodies have no other members, and an operation without credentials says so.
 *
 * @param document changed in place
 */
export function completeOperations(document: OpenAPIObject): void {
  complete(document as unknown as PlainDocument, () => true);
}

function complete(plain: PlainDocument, isMeant: (operation: PlainOperation) => boolean): void {
  for (const operation of operationsOf(plain).filter(isMeant)) {
    operation.security ??= [];
    for (const mediaType of mediaTypesOf(operation)) {
      const { $ref } = partOf(mediaType, 'schema');
      const name = typeof $ref === 'string' ? $ref.split('/').at(-1) : undefined;
      const body = plain.components?.schemas?.[name ?? ''];
      if (body?.type === 'object') body.additionalProperties = false;
    }
  }
}

function operationsOf({ paths }: PlainDocument): PlainOperation[] {
  return Object.values(paths).flatMap((path) => Object.values(path));
}

function mediaTypesOf({ requestBody = {} }: PlainOperation): JsonObject[] {
  const content = partOf(requestBody, 'content');
  return Object.keys(content).map((mediaType) => partOf(content, mediaType));
}

function requestBodyOf(
  operationId: string,
  { alternatives, examples }: Form,
  { forms, isRequired }: { readonly forms: HandlerForms; readonly isRequired: boolean },
): JsonObject {
  const schema = forms.choice(`${pascalCase(`_${operationId}`)}Body`, alternatives);
  const content = BODY_MEDIA_TYPES.map((mediaType) => [mediaType, { schema, examples }]);
  return { required: isRequired, content: Object.fromEntries(content) as JsonObject };
}

function addComponents(plain: PlainDocument, forms: HandlerForms, registry: HandlerRegistry): void {
  const { schemas, securitySchemes, ...others } = plain.components ?? {};
  plain.components = {
    ...others,
    schemas: { ...schemas, ...forms.components },
    securitySchemes: {
      [BEARER_SCHEME]: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      ...securitySchemes,
    },
  };
  const details = registry.all().map(({ detailsSchema }) => detailsSchema);
  dropUnused(plain, [...REPLACED_MODELS, ...details]);
  for (const [schema, field] of METHOD_NAME_FIELDS) {
    const properties = plain.components.schemas?.[schema]?.properties as JsonObject | undefined;
    const property = properties?.[field];
    if (typeof property === 'object') Object.assign(property ?? {}, oneNameOf(registry.names()));
  }
}

/** Removes unreferenced schemas of models. */
function dropUnused(plain: PlainDocument, models: readonly (Type<object> | undefined)[]): void {
  const text = JSON.stringify(plain);
  for (const model of models) {
    const isUsed = model !== undefined && text.includes(JSON.stringify(getSchemaPath(model)));
    if (model !== undefined && !isUsed) delete plain.components?.schemas?.[model.name];
  }
}
