import { getSchemaPath, type OpenAPIObject } from '@nestjs/swagger';
import { jsonSchemaOf, type JsonObject, openApiSchemaOf } from '../../mfa/index.js';
import { SecondFactorResponse, SignedInResponse } from '../sessions/login.responses.js';
import { type ConfiguredFirstFactor, type FirstFactors } from './first-factors.js';

/** Identifies the operation for {@link completeLoginDocument}. */
export const LOGIN_OPERATION = 'login';

const LOGIN_BODY = 'LoginBody';
const LOGIN_RESPONSE = 'FirstFactorOutcome';

/**
 * The result of a first factor, for operations that are like `login/`; {@link completeLoginDocument} adds
 * the schema.
 */
export const LOGIN_RESPONSE_SCHEMA = { $ref: getSchemaPath(LOGIN_RESPONSE) };

/** The schema of a form, as `jsonSchemaOf` makes it. */
interface FormSchema extends JsonObject {
  readonly properties: Record<string, JsonObject>;
  readonly required?: string[];
}

const TRUSTED_DEVICE = {
  type: 'string',
  description: 'The newest token of this device, as `login/` or `login/verify/` gave it.',
};

/** A form of the document, with an example. */
interface DocumentedForm {
  readonly schema: FormSchema;
  readonly example: { readonly summary: string; readonly value: JsonObject };
}

/**
 * Makes the body of `POST login/` a choice of the forms on offer, which decorators cannot know.
 *
 * @param document changed in place
 * @param remembersDevices whether each form takes `trusted_device`
 */
export function completeLoginDocument(
  document: OpenAPIObject,
  factors: FirstFactors,
  remembersDevices: boolean,
): void {
  const operation = Object.values(document.paths)
    .map(({ post }) => post)
    .find((post) => post?.operationId === LOGIN_OPERATION);
  const body = operation?.requestBody;
  if (body === undefined || !('content' in body)) return;
  const forms = factors.forms.map((factor) => ({ id: factor.id, ...formOf(factor, factors) }));
  const fieldOfDevices = remembersDevices ? { trusted_device: TRUSTED_DEVICE } : {};
  const named = forms.map(({ id, schema: { properties, ...rest } }) => {
    const schema: JsonObject = { ...rest, properties: { ...properties, ...fieldOfDevices } };
    return [`LoginWith${pascalCase(id)}`, schema] as const;
  });
  const names = named.map(([name]) => name);
  // A single form is no choice.
  const schema = { $ref: getSchemaPath(names.length === 1 ? names.join() : LOGIN_BODY) };
  const examples = Object.fromEntries(forms.map(({ id, example }) => [id, example]));
  const mediaTypes = Object.keys(body.content);
  body.content = Object.fromEntries(mediaTypes.map((name) => [name, { schema, examples }]));
  document.components ??= {};
  document.components.schemas = {
    ...document.components.schemas,
    ...Object.fromEntries(named),
    ...(names.length > 1 && { [LOGIN_BODY]: choiceOf(names) }),
    [LOGIN_RESPONSE]: choiceOf([SignedInResponse.name, SecondFactorResponse.name]),
  };
}

function choiceOf(names: readonly string[]) {
  return { oneOf: names.map((name) => ({ $ref: getSchemaPath(name) })) };
}

/** Ids of providers are lower case, with hyphens and underscores. */
function pascalCase(id: string): string {
  return id.replace(/(?:^|[^a-z0-9])([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function formOf(
  { id, name, factor }: ConfiguredFirstFactor,
  factors: FirstFactors,
): DocumentedForm {
  // The properties of a form are schemas, and `required` has their names.
  const form = jsonSchemaOf(factor.schema) as FormSchema;
  const { properties, required = [], ...rest } = openApiSchemaOf(form) as FormSchema;
  const isDefault = factors.default.id === id;
  const value = exampleOf(form.properties);
  return {
    schema: {
      ...rest,
      title: name,
      properties: { ...properties, provider: { type: 'string', enum: [id] } },
      required: [...required, ...(isDefault ? [] : ['provider'])],
    },
    example: { summary: name, value: isDefault ? value : { ...value, provider: id } },
  };
}

/** The first example of each field. */
function exampleOf(properties: Readonly<Record<string, JsonObject>>): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, { examples }]) =>
      Array.isArray(examples) && examples[0] !== undefined ? [[name, examples[0]]] : [],
    ),
  );
}
