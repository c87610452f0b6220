import { type Json, type JsonObject } from '../../contract/handler.js';

/**
 * Turns a JSON Schema into one of OpenAPI 3.0: each list of `examples` becomes one `example`, also in
 * nested schemas.
 *
 * @param schema from {@link jsonSchemaOf}
 */
export function openApiSchemaOf(schema: JsonObject): JsonObject {
  const { examples, properties, items, ...rest } = schema;
  const example = firstOf(examples);
  return {
    ...rest,
    ...(isObject(properties) && { properties: eachOf(properties) }),
    ...(isObject(items) && { items: openApiSchemaOf(items) }),
    ...(example !== undefined && { example }),
  };
}

function eachOf(properties: JsonObject): JsonObject {
  const entries = Object.entries(properties).map(([name, property]) => [
    name,
    isObject(property) ? openApiSchemaOf(property) : property,
  ]);
  return Object.fromEntries(entries) as JsonObject;
}

/** The required fields of a schema, each with its first example. */
export function exampleOf(schema: JsonObject): JsonObject {
  const properties = partOf(schema, 'properties');
  const fields = namesIn(schema).map((name): [string, Json] => {
    const property = partOf(properties, name);
    return [name, firstOf(property.examples) ?? firstOf(property.enum) ?? exampleByType(property)];
  });
  return Object.fromEntries(fields);
}

function exampleByType(property: JsonObject): Json {
  if (property.example !== undefined) return property.example;
  if (property.type === 'object') return exampleOf(property);
  if (property.type === 'array') return [];
  if (property.type === 'boolean') return false;
  return property.type === 'number' || property.type === 'integer' ? 0 : '<text>';
}

/** A member that is an object. An empty object if it is none. */
export function partOf(object: JsonObject, name: string): JsonObject {
  const part = object[name];
  return isObject(part) ? part : {};
}

/** The names of the required fields of a schema. */
export function namesIn({ required }: JsonObject): string[] {
  return Array.isArray(required) ? required.map(String) : [];
}

/** Whether a value is an object, and neither a list nor null. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function firstOf(list: Json | undefined): Json | undefined {
  return isList(list) ? list[0] : undefined;
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
