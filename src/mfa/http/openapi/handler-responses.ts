import { type Type } from '@nestjs/common';
import { holdsSeveral } from '../../core/ports/authenticators.js';
import { type JsonObject, type MfaHandler } from '../../contract/handler.js';
import { AuthenticatorResponse, EnrolmentResponse } from '../dto/methods.responses.js';
import { type HandlerForms, pascalCase, refTo } from '../schemas/handler-forms.js';
import { namesIn, partOf } from '../schemas/open-api-schema.js';
import { OPERATIONS } from './operations.js';

/** The schema of one response. */
type OperationResponse = readonly [operationId: string, status: string, schema: JsonObject];

/** The existing component schemas, by name. */
type Schemas = Readonly<Record<string, JsonObject>>;

/**
 * The responses that depend on the registered handlers.
 *
 * @param forms receives the schemas that they refer to
 */
export function answersOf(
  handlers: readonly MfaHandler[],
  forms: HandlerForms,
  schemas: Schemas,
): readonly OperationResponse[] {
  const setUps = handlers.map((handler) =>
    forms.add(`${pascalCase(handler.name)}EnrolmentResponse`, setUpAnswer(handler, schemas)),
  );
  const several = handlers.filter(holdsSeveral);
  const removals = several.flatMap(({ signalSchema }) => namesOf(signalSchema));
  return [
    [OPERATIONS.setUpMethod, '201', forms.choice('SetUpMethodResponse', setUps)],
    [OPERATIONS.renameAuthenticator, '200', renamed(several, forms, schemas)],
    ...signals(OPERATIONS.removeAuthenticator, removals),
    ...signals(
      OPERATIONS.deleteMethod,
      handlers.flatMap(({ signalSchema }) => namesOf(signalSchema)),
    ),
  ];
}

/** The response to a set-up, with the data of the handler. */
function setUpAnswer(handler: MfaHandler, schemas: Schemas): JsonObject {
  const { name, setupResponseSchema, setupTopLevel = [] } = handler;
  const base = schemas[EnrolmentResponse.name] ?? {};
  const data = partOf({ ...schemas }, setupResponseSchema?.name ?? '');
  const repeated = setupTopLevel.map((member) => [
    member,
    partOf(partOf(data, 'properties'), member),
  ]);
  return {
    ...base,
    properties: {
      ...partOf(base, 'properties'),
      method: { type: 'string', enum: [name] },
      ...(setupResponseSchema && { setup_data: refTo(setupResponseSchema.name) }),
      ...(Object.fromEntries(repeated) as JsonObject),
    },
    required: [...namesIn(base), ...setupTopLevel],
  };
}

/** One of several authenticators, with its details and its signal for password managers. */
function renamed(
  handlers: readonly MfaHandler[],
  forms: HandlerForms,
  schemas: Schemas,
): JsonObject {
  const plain = refTo(AuthenticatorResponse.name);
  const own = handlers.flatMap(({ name, detailsSchema, signalSchema }) => {
    const parts = [...namesOf(detailsSchema), ...namesOf(signalSchema)];
    if (parts.length === 0) return [];
    const members = [AuthenticatorResponse.name, ...parts].map((part) => schemas[part] ?? {});
    const schema = {
      type: 'object',
      properties: Object.assign(
        {},
        ...members.map((part) => partOf(part, 'properties')),
      ) as JsonObject,
      required: members.flatMap(namesIn),
    };
    return [forms.add(`${pascalCase(name)}AuthenticatorResponse`, schema)];
  });
  // A response with more members than the plain one also fits the plain one.
  return own.length === 0 ? plain : { anyOf: [...own, plain] };
}

function signals(operationId: string, names: readonly string[]): OperationResponse[] {
  const [first, ...others] = [...new Set(names)].map(refTo);
  if (first === undefined) return [];
  return [[operationId, '200', others.length === 0 ? first : { anyOf: [first, ...others] }]];
}

function namesOf(schema: Type<object> | undefined): string[] {
  return schema === undefined ? [] : [schema.name];
}
