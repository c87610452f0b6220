import { type Type } from '@nestjs/common';
import { getSchemaPath } from '@nestjs/swagger';
import { type Json, type JsonObject, type MfaHandler } from '../core/handler.js';
import { jsonSchemaOf, setUpSchemaOf } from './json-schema.js';

/** One body of the OpenAPI document: a choice between handlers, with an example for each. */
export interface Form {
  readonly schema: JsonObject;
  /** By name, as OpenAPI has them: `{summary, value}`. */
  readonly examples: JsonObject;
}

/** Schemas of fields, by name. */
export interface FieldSchemas {
  readonly required: Record<string, JsonObject>;
  readonly optional?: Record<string, JsonObject>;
}

/** The fields that a route knows itself, for the handlers of these names. */
export type FixedFields = (methods: readonly string[]) => FieldSchemas;

/** Handlers that ask for the same proof share its schema. */
interface ProofGroup {
  readonly component: string;
  readonly handlers: MfaHandler[];
}

/** The forms that follow from the registered handlers, and the component schemas that they name. */
export class HandlerForms {
  /** By name, for `components.schemas`; the forms refer to them. */
  readonly components: Record<string, JsonObject> = {};
  private readonly groups = new Map<Type<object>, ProofGroup>();

  constructor(private readonly handlers: readonly MfaHandler[]) {
    for (const handler of handlers) this.addProof(handler);
  }

  /** The field that names a method, with the names that it takes. */
  static readonly methodField: FixedFields = (methods) => ({
    required: { method: { type: 'string', enum: [...methods] } },
  });

  /** `{method, …what the handler's set-up asks}`. */
  setUp(): Form {
    const components = this.handlers.map((handler) => {
      const own = openApiOf(setUpSchemaOf(handler));
      const fixed = objectOf(HandlerForms.methodField([handler.name]));
      const properties = { ...partOf(fixed, 'properties'), ...partOf(own, 'properties') };
      const required = [...namesIn(fixed), ...namesIn(own)];
      return this.add(`${pascalCase(handler.name)}Setup`, { ...own, properties, required });
    });
    const examples = this.handlers.map((handler) =>
      exampleFor(handler, {
        method: handler.name,
        ...exampleOf(jsonSchemaOf(handler.setupSchema)),
      }),
    );
    return { schema: choiceOf(components.map(refTo)), examples: Object.fromEntries(examples) };
  }

  /** `{…fixed fields, …the handler's proof}`. */
  proof(fixedOf: FixedFields): Form {
    const alternatives = [...this.groups.values()].map(({ component, handlers }) => {
      const fixed = fixedOf(handlers.map(({ name }) => name));
      const proof = refTo(component);
      return Object.keys(fixed.required).length === 0 ? proof : { allOf: [objectOf(fixed), proof] };
    });
    const examples = this.handlers.map((handler) => {
      const fixed = exampleOf(objectOf(fixedOf([handler.name])));
      return exampleFor(handler, { ...fixed, ...exampleOf(jsonSchemaOf(handler.proofSchema)) });
    });
    return { schema: choiceOf(alternatives), examples: Object.fromEntries(examples) };
  }

  /** The answer of a set-up: what `base` says, with each handler's own `setup_data`. */
  setUpAnswer(base: string): JsonObject {
    const components = this.handlers.map(({ name, setupResponseSchema }) => {
      const setupData = setupResponseSchema && { setup_data: refTo(setupResponseSchema.name) };
      const own = { ...HandlerForms.methodField([name]).required, ...setupData };
      const schema = { allOf: [refTo(base), { type: 'object', properties: own }] };
      return this.add(`${pascalCase(name)}SetUpAnswer`, schema);
    });
    return choiceOf(components.map(refTo));
  }

  private addProof(handler: MfaHandler): void {
    const { name, proofSchema } = handler;
    const group = this.groups.get(proofSchema);
    if (group !== undefined) {
      group.handlers.push(handler);
      return;
    }
    // Two handlers may each have a class of this name; a name of ours stands for one of them.
    const isTaken = proofSchema.name in this.components;
    const component = isTaken ? `${pascalCase(name)}${proofSchema.name}` : proofSchema.name;
    // Fields that a route adds beside the proof would contradict a schema that is closed.
    const schema = openApiOf(jsonSchemaOf(proofSchema));
    delete schema.additionalProperties;
    this.add(component, schema);
    this.groups.set(proofSchema, { component, handlers: [handler] });
  }

  private add(component: string, schema: JsonObject): string {
    this.components[component] = schema;
    return component;
  }
}

/** The schema of an object with these fields, and perhaps others. */
export function objectOf({ required, optional }: FieldSchemas): JsonObject {
  const properties = { ...required, ...optional };
  return { type: 'object', properties, required: Object.keys(required) };
}

/** Without handlers there is none, and nothing fits: an empty `oneOf` is no schema. */
function choiceOf(schemas: JsonObject[]): JsonObject {
  return schemas.length === 0 ? { not: {} } : { oneOf: schemas };
}

function refTo(component: string): JsonObject {
  return { $ref: getSchemaPath(component) };
}

function exampleFor({ name, displayName }: MfaHandler, value: JsonObject): [string, JsonObject] {
  return [name, { summary: displayName, value }];
}

/** The required fields of a schema, each as its first example has it. */
function exampleOf(schema: JsonObject): JsonObject {
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

/** Schemas of OpenAPI 3.0 have one `example` where JSON Schema has `examples`. */
function openApiOf(schema: JsonObject): JsonObject {
  const properties = Object.entries(partOf(schema, 'properties')).map(([name, property]) => {
    const { examples, ...rest } = isObject(property) ? property : {};
    const example = firstOf(examples);
    return [name, { ...openApiMembers(rest), ...(example !== undefined && { example }) }] as const;
  });
  return { ...schema, properties: Object.fromEntries(properties) };
}

function openApiMembers(property: JsonObject): JsonObject {
  return property.properties === undefined ? property : openApiOf(property);
}

function partOf(object: JsonObject, name: string): JsonObject {
  const part = object[name];
  return isObject(part) ? part : {};
}

function namesIn({ required }: JsonObject): string[] {
  return Array.isArray(required) ? required.map(String) : [];
}

function firstOf(list: Json | undefined): Json | undefined {
  return Array.isArray(list) ? list[0] : undefined;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A line before a digit stays: `app_2` and `app2` are two handlers. */
function pascalCase(name: string): string {
  return name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
