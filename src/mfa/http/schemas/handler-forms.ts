import { type Type } from '@nestjs/common';
import { getSchemaPath } from '@nestjs/swagger';
import { type JsonObject, type MfaHandler } from '../../contract/handler.js';
import { CodeProof } from '../../contract/code-proof.js';
import { jsonSchemaOf, setUpSchemaOf } from './json-schema.js';
import { exampleOf, isObject, namesIn, openApiSchemaOf, partOf } from './open-api-schema.js';

/** One body of the OpenAPI document: a choice between named schemas, with an example for each handler. */
export interface Form {
  readonly alternatives: readonly JsonObject[];
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

/** A body that holds the proof of a method. */
export interface ProofForm {
  /** What the names of its schemas begin with. */
  readonly name: string;
  /** Beside the proof; absent: none. */
  readonly fields?: FixedFields;
  /** Whether a backup code is taken in the place of the proof. */
  readonly takesBackupCode: boolean;
}

/** Handlers that ask for the same proof share its schema. */
interface ProofGroup {
  readonly component: string;
  readonly handlers: MfaHandler[];
}

const NO_FIELDS: FixedFields = () => ({ required: {} });

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
    required: { method: { type: 'string', ...oneNameOf(methods) } },
  });

  /** `{method, …what the handler's set-up asks}`. */
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

  /** `{…fixed fields, …the handler's proof}`. */
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

  /** Names a schema, and refers to it. */
  add(component: string, schema: JsonObject): JsonObject {
    this.components[component] = schema;
    return refTo(component);
  }

  /** A named choice; nothing fits where there is none, and one alternative stands for itself. */
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
    // Two handlers may each have a class of this name; a name of ours stands for one of them.
    const isTaken = proofSchema.name in this.components;
    const component = isTaken ? `${pascalCase(name)}${proofSchema.name}` : proofSchema.name;
    this.add(
      component,
      this.withNamedObjects(component, openApiSchemaOf(jsonSchemaOf(proofSchema))),
    );
    this.groups.set(proofSchema, { component, handlers: [handler] });
  }

  /** Objects within a proof have names of their own, as it stands in several bodies. */
  private withNamedObjects(component: string, schema: JsonObject): JsonObject {
    const properties = Object.entries(partOf(schema, 'properties')).map(([name, property]) => {
      const isNamed = isObject(property) && 'properties' in property;
      return [name, isNamed ? this.add(`${component}${pascalCase(name)}`, property) : property];
    });
    return { ...schema, properties: Object.fromEntries(properties) as JsonObject };
  }
}

/** The schema of an object with these fields and no others. */
export function objectOf({ required, optional }: FieldSchemas): JsonObject {
  const properties = { ...required, ...optional };
  const names = Object.keys(required);
  return { type: 'object', properties, required: names, additionalProperties: false };
}

/** The schema of an object with the fields of both; `first` come those of the second. */
function merged(schema: JsonObject, first: JsonObject): JsonObject {
  const properties = { ...partOf(first, 'properties'), ...partOf(schema, 'properties') };
  return { ...schema, properties, required: [...namesIn(first), ...namesIn(schema)] };
}

/** One of these names; an empty `enum` is no schema. */
export function oneNameOf(names: readonly string[]): JsonObject {
  return names.length === 0 ? { not: {} } : { enum: [...names] };
}

/** Refers to a component schema. */
export function refTo(component: string): JsonObject {
  return { $ref: getSchemaPath(component) };
}

function exampleFor({ name, displayName }: MfaHandler, value: JsonObject): [string, JsonObject] {
  return [name, { summary: displayName, value }];
}

/** A line before a digit stays: `app_2` and `app2` are two handlers. */
export function pascalCase(name: string): string {
  return name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
