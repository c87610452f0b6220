import { type Type } from '@nestjs/common';
import { DECORATORS } from '@nestjs/swagger';
import { ValidationTypes } from 'class-validator';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import { AuthenticatorLabel } from '../../core/ports/authenticator-label.js';
import { holdsSeveral } from '../../core/ports/authenticators.js';
import { type JsonObject, type MfaHandler } from '../../contract/handler.js';
import { partOf } from './open-api-schema.js';

/** Hints of `@ApiProperty` that JSON Schema shares. The rest follows from the validators. */
const HINTS: ReadonlySet<string> = new Set(['title', 'description', 'format', 'default']);

/**
 * The JSON Schema of a DTO class. It comes from the decorators of class-validator, from the texts and
 * examples of `@ApiProperty`, and from `@JSONSchema`, which may add a form's `autocomplete`.
 *
 * @param schema absent: only `{}` fits the result
 */
export function jsonSchemaOf(schema: Type<object> | undefined): JsonObject {
  const { properties = {}, ...rest } = schema === undefined ? {} : plainSchemaOf(schema);
  const described = Object.entries(properties).map(([name, property]) => [
    name,
    { ...property, ...hintsOf(schema, name) },
  ]);
  const all = Object.fromEntries(described) as JsonObject;
  return { type: 'object', ...rest, properties: all, additionalProperties: false };
}

/** The JSON Schema of a set-up without `method`: the fields of the handler, and the label. */
export function setUpSchemaOf(handler: MfaHandler): JsonObject {
  const own = jsonSchemaOf(handler.setupSchema);
  if (!holdsSeveral(handler)) return own;
  const label = jsonSchemaOf(AuthenticatorLabel);
  return { ...own, properties: { ...partOf(own, 'properties'), ...partOf(label, 'properties') } };
}

/** The result of class-validator-jsonschema after a way through JSON. */
type PlainSchema = JsonObject & { properties?: Record<string, JsonObject> };

function plainSchemaOf(schema: Type<object>): PlainSchema {
  const made = targetConstructorToSchema(schema, {
    additionalConverters: {
      // Nested classes are inlined, so that a schema needs no other document.
      [ValidationTypes.NESTED_VALIDATION]: ({ target, propertyName }) =>
        nestedSchemaOf(target, propertyName),
    },
  });
  // JSON drops undefined members. Everything else of the value is JSON.
  return JSON.parse(JSON.stringify(made)) as PlainSchema;
}

function nestedSchemaOf(target: unknown, name: string) {
  if (typeof target !== 'function') return {};
  const type = metadataOf('design:type', target, name);
  return isClass(type) ? jsonSchemaOf(type) : {};
}

/** `Object` and `Array` say nothing about their members. */
function isClass(type: unknown): type is Type<object> {
  return typeof type === 'function' && type !== Object && type !== Array;
}

function hintsOf(schema: Type<object> | undefined, name: string): JsonObject {
  if (schema === undefined) return {};
  // Decorators take literals: a value that is no JSON is not read here.
  const given = (metadataOf(DECORATORS.API_MODEL_PROPERTIES, schema, name) ?? {}) as JsonObject;
  const entries = Object.entries(given);
  const hints = entries.filter(([key]) => HINTS.has(key) || key.startsWith('x-'));
  const examples = entries.flatMap(([key, value]) => (key === 'example' ? [value] : []));
  return { ...Object.fromEntries(hints), ...(examples.length > 0 && { examples }) };
}

function metadataOf(key: string, { prototype }: { prototype: unknown }, name: string): unknown {
  return Reflect.getMetadata(key, Object(prototype) as object, name);
}
