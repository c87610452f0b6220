import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { PROBLEM_MEDIA_TYPE } from '../../src/mfa/http/problems/problem-body.js';
import { type Reply } from './http-client.js';

/** A part of the OpenAPI document, untyped for tests. */
export type Described = Reply['body'];

/** The members of a schema that are schemas. */
const SUBSCHEMAS = ['items', 'not', 'additionalProperties'];
const LISTS_OF_SUBSCHEMAS = ['oneOf', 'anyOf', 'allOf'];

/** The OpenAPI document's description of requests and answers. */
export class DescribedAnswers {
  private readonly ajv: Ajv;

  constructor(readonly document: Described) {
    this.ajv = new Ajv({ strict: false, allErrors: true });
    formats.default(this.ajv);
    this.ajv.addSchema(closed(document), 'document');
  }

  /** Each operation with its method, in upper case, and its path. */
  operations(): { method: string; path: string; operation: Described }[] {
    const paths = Object.entries<Described>(this.document.paths);
    return paths.flatMap(([path, item]) =>
      Object.entries<Described>(item).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        operation,
      })),
    );
  }

  /** Resolves a reference to its schema. */
  resolve(schema: Described): Described {
    if (schema?.$ref === undefined) return schema;
    return this.resolve(this.document.components.schemas[schema.$ref.split('/').at(-1)]);
  }

  /** The errors of a value against the schema of this pointer; null if it is valid. */
  faultsOf(pointer: string, value: unknown): string | null {
    const validate: ValidateFunction = this.ajv.compile({ $ref: `document#${pointer}` });
    return validate(value) ? null : this.ajv.errorsText(validate.errors);
  }

  /** The errors of an answer against the document; null if every member is described. */
  faultsOfAnswer(method: string, path: string, { status, headers, body }: Reply): string | null {
    const at = ['paths', path, method.toLowerCase(), 'responses', String(status)];
    const described = at.reduce((part, name) => part?.[name], this.document);
    if (described === undefined) return `${method} ${path} answers ${status}`;
    if (described.content === undefined) return body === null ? null : 'has a body';
    const mediaType = String(headers.get('content-type')).split(';')[0] ?? '';
    const { examples } = described.content[mediaType] ?? {};
    // The schema of a problem is one for all codes, and each code has an example.
    if (mediaType === PROBLEM_MEDIA_TYPE && examples?.[body.code] === undefined) {
      return `${method} ${path} answers ${status} ${body.code}`;
    }
    const pointer = [...at, 'content', mediaType, 'schema'].map(escaped).join('/');
    return this.faultsOf(`/${pointer}`, body);
  }
}

/** Every schema of a document, nested ones too, with its place. */
export function schemasIn(value: Described, at = ''): [at: string, schema: Described][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries<Described>(value).flatMap(([name, part]) => {
    const here = `${at}/${name}`;
    if (name === 'schema') return withInner(part, here);
    if (here === '/components/schemas') {
      return Object.entries<Described>(part).flatMap(([own, schema]) =>
        withInner(schema, `${here}/${own}`),
      );
    }
    return name === 'example' || name === 'examples' ? [] : schemasIn(part, here);
  });
}

function withInner(schema: Described, at: string): [at: string, schema: Described][] {
  if (typeof schema !== 'object' || schema === null) return [];
  const inner = [
    ...Object.entries(schema.properties ?? {}),
    ...SUBSCHEMAS.map((name) => [name, schema[name]] as const),
    ...LISTS_OF_SUBSCHEMAS.flatMap((name) => Object.entries(schema[name] ?? {})),
  ];
  return [[at, schema], ...inner.flatMap(([name, part]) => withInner(part, `${at}/${name}`))];
}

/** A copy of the document that allows no undescribed members. */
function closed(document: Described): Described {
  const copy = structuredClone(document);
  for (const [, schema] of schemasIn(copy)) {
    if (schema.properties !== undefined) schema.additionalProperties ??= false;
  }
  return copy;
}

function escaped(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}
