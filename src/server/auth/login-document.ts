import { type OpenAPIObject } from '@nestjs/swagger';
import { jsonSchemaOf, type JsonObject } from '../../mfa/index.js';
import { type ConfiguredFirstFactor, type FirstFactors } from './first-factors.js';

/** Names the operation to {@link completeLoginDocument}. */
export const LOGIN_OPERATION = 'login';

/** What `jsonSchemaOf` makes of a form. */
interface FormSchema extends JsonObject {
  readonly properties: Record<string, JsonObject>;
  readonly required?: string[];
}

/** A form of the document, with an example of it. */
interface DocumentedForm {
  readonly schema: JsonObject;
  readonly example: { readonly summary: string; readonly value: JsonObject };
}

/**
 * Makes the body of `POST login/` a choice between the forms of the first factors on offer, which
 * decorators cannot know.
 *
 * @param document changed in place
 */
export function completeLoginDocument(document: OpenAPIObject, factors: FirstFactors): void {
  const operation = Object.values(document.paths)
    .map(({ post }) => post)
    .find((post) => post?.operationId === LOGIN_OPERATION);
  const body = operation?.requestBody;
  if (body === undefined || !('content' in body)) return;
  const forms = factors.all.map((factor) => [factor.id, formOf(factor, factors)] as const);
  const schema = { oneOf: forms.map(([, form]) => form.schema) };
  const examples = Object.fromEntries(forms.map(([id, { example }]) => [id, example]));
  const mediaTypes = Object.keys(body.content);
  body.content = Object.fromEntries(mediaTypes.map((name) => [name, { schema, examples }]));
}

function formOf(
  { id, name, factor }: ConfiguredFirstFactor,
  factors: FirstFactors,
): DocumentedForm {
  // Its properties are schemas, and what is required are their names.
  const { properties, required = [], ...rest } = jsonSchemaOf(factor.schema) as FormSchema;
  const isDefault = factors.default.id === id;
  const value = exampleOf(properties);
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
