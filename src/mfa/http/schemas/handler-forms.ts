import { type Type } from '@nestjs/common';
import { getSchemaPath } from '@nestjs/swagger';
import { type JsonObject, type MfaHandler } from '../../contract/handler.js';
import { CodeProof } from '../../contract/code-proof.js';
import { jsonSchemaOf, setUpSchemaOf } from './json-schema.js';
import { exampleOf, isObject, namesIn, openApiSchemaOf, partOf } from './open-api-schema.js';

/** One body of the OpenAPI document: a choice between named schemas, with an example for each handler. */
export interface Form {
  readonly alternatives: readonly JsonObject[];
  /** By name, in the form of OpenAPI: `{summary, value}`. */
  readonly examples: JsonObject;
}

/** Schemas of fields, by name. */
export interface FieldSchemas {
  readonly required: Record<string, JsonObject>;
  readonly optional?: Record<string, JsonObject>;
}

/** The fields of a route, for the handlers of these names. */
export type FixedFields = (methods: readonly string[]) => FieldSchemas;

/** A body with the proof of a method. */
export interface ProofForm {
  /** The beginning of the names of its schemas. */
  readonly name: string;
  /** The fields beside the proof. Absent: none. */
  readonly fields?: FixedFields;
  /** Whether a backup code may replace the proof. */
  readonly takesBackupCode: boolean;
}

/** Handlers with the same proof. They share its schema. */
interface ProofGroup {
  readonly component: string;
  readonly handlers: MfaHandler[];
}

const NO_FIELDS: FixedFields = () => ({ required: {} });

/** The forms of the registered handlers, and the component schemas that they refer to. */
export class HandlerForms {
  /** By name, for `components.schemas`. */
  readonly components: Record<string, JsonObject> = {};
  private readonly groups = new Map<Type<object>, ProofGroup>();

  constructor(private readonly handlers: readonly MfaHandler[]) {
    for (const handler of handlers) this.addProof(handler);
  }

  /** The field that names a method, with the accepted names. */
  static readonly methodField: FixedFields = (methods) => ({
    required: { method: { type: 'string', ...oneNameOf(methods) } },
  });

  /** `{method, …the fields of the handler's set-up}`. */
  setUp(): Form {
    const alternatives = this.handlers.map((handler) => {
      const own = openApiSchemaOf(setUpSchemaOf(handler));
      const fixed = objectOf(HandlerForms.methodField([handler.name]));
      return this.add(`${pascalCase(handler.name)}Setup`, merged(own, fixed));
    });
    const examples = this.handlers.map((handler) =>
      exampleFor(handler, {
        method: handler.name,
        ...exampleOf(jsonSchemaOf(handler.setupSchema)),
      }),
    );
    return { alternatives, examples: Object.fromEntries(examples) };
  }

  /** `{…the fields of the route, …the handler's proof}`. */
  proof({ name, fields = NO_FIELDS, takesBackupCode }: ProofForm): Form {
    const groups = [...this.groups.values()];
    const alternatives = groups.map(({ component, handlers }) => {
      const fixed = fields(handlers.map((handler) => handler.name));
      if (Object.keys(fixed.required).length === 0) return refTo(component);
      return this.add(
        `${name}With${component}`,
        merged(this.proofNamed(component), objectOf(fixed)),
      );
    });
    const isCodeKnown = groups.some(
      ({ component }) => 'code' in partOf(this.proofNamed(component), 'properties'),
    );
    if (takesBackupCode && groups.length > 0 && !isCodeKnown) {
      const fixed = objectOf(fields(this.handlers.map((handler) => handler.name)));
      const code = openApiSchemaOf(jsonSchemaOf(CodeProof));
      alternatives.push(this.add(`${name}WithBackupCode`, merged(code, fixed)));
    }
    const examples = this.handlers.map((handler) => {
      const fixed = exampleOf(objectOf(fields([handler.name])));
      return exampleFor(handler, { ...fixed, ...exampleOf(jsonSchemaOf(handler.proofSchema)) });
    });
    return { alternatives, examples: Object.fromEntries(examples) };
  }

  /** Adds a named schema and returns a reference to it. */
  add(component: string, schema: JsonObject): JsonObject {
    this.components[component] = schema;
    return refTo(component);
  }

  /** A named choice. Without alternatives nothing fits; a single alternative needs no choice. */
  choice(component: string, alternatives: readonly JsonObject[]): JsonObject {
    const [first, ...others] = alternatives;
    if (first === undefined) return { not: {} };
    return others.length === 0 ? first : this.add(component, { oneOf: [first, ...others] });
  }

  private proofNamed(component: string): JsonObject {
    return partOf(this.components, component);
  }

  private addProof(handler: MfaHandler): void {
    const { name, proofSchema } = handler;
    const group = this.groups.get(proofSchema);
    if (group !== undefined) {
      group.handlers.push(handler);
      return;
    }
    // Two handlers may have classes of the same name: the second one gets another name.
    const isTaken = proofSchema.name in this.components;
    const component = isTaken ? `${pascalCase(name)}${proofSchema.name}` : proofSchema.name;
    this.add(
      component,
      this.withNamedObjects(component, openApiSchemaOf(jsonSchemaOf(proofSchema))),
    );
    this.groups.set(proofSchema, { component, handlers: [handler] });
  }

  /** Names the objects within a proof, because several bodies contain it. */
  private withNamedObjects(component: string, schema: JsonObject): JsonObject {
    const properties = Object.entries(partOf(schema, 'properties')).map(([name, property]) => {
      const isNamed = isObject(property) && 'properties' in property;
      return [name, isNamed ? this.add(`${component}${pascalCase(name)}`, property) : property];
    });
    return { ...schema, properties: Object.fromEntries(properties) as JsonObject };
  }
}

/** The schema of an object with exactly these fields. */
export function objectOf({ required, optional }: FieldSchemas): JsonObject {
  const properties = { ...required, ...optional };
  const names = Object.keys(required);
  return { type: 'object', properties, required: names, additionalProperties: false };
}

/** The schema of an object with the fields of both, those of `first` at the beginning. */
function merged(schema: JsonObject, first: JsonObject): JsonObject {
  const properties = { ...partOf(first, 'properties'), ...partOf(schema, 'properties') };
  return { ...schema, properties, required: [...namesIn(first), ...namesIn(schema)] };
}

/** One of these names. Without names nothing fits, as an empty `enum` is no schema. */
export function oneNameOf(names: readonly string[]): JsonObject {
  return names.length === 0 ? { not: {} } : { enum: [...names] };
}

/** A reference to a component schema. */
export function refTo(component: string): JsonObject {
  return { $ref: getSchemaPath(component) };
}

function exampleFor({ name, displayName }: MfaHandler, value: JsonObject): [string, JsonObject] {
  return [name, { summary: displayName, value }];
}

/** A name in Pascal case. An underscore before a digit stays: `app_2` and `app2` are two handlers. */
export function pascalCase(name: string): string {
  return name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
