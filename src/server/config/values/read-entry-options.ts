import { type Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import {
  getMetadataStorage,
  type MetadataStorage,
  type ValidationError,
  validateSync,
  ValidationTypes,
} from 'class-validator';
import { ConfigError } from './config-error.js';
import { type ConfiguredEntry } from './configured-entry.js';

const SECRET_NAME = /pass|secret|token|key|pin|url|credential/i;
const LONGEST_SHOWN = 60;

/** Where faults are looked for: the entry, and the path within it so far. */
interface Place {
  readonly path: string;
  readonly type: string;
  /** By path, the variables that values were taken from. */
  readonly references: ReadonlyMap<string, string>;
}

/**
 * Reads the options of an entry by a class (class-validator and class-transformer): a key that the
 * class does not name is refused, at every depth. A `message` of a rule completes "expected …".
 *
 * @throws {ConfigError} with a line for each fault: the path of the key and what was expected; a
 *   value is shown only under a key that names no secret, and never one from the environment
 */
export function readEntryOptions<T extends object>(schema: Type<T>, entry: ConfiguredEntry): T {
  const { path, type, references = new Map<string, string>() } = entry;
  const place: Place = { path, type, references };
  const options = plainToInstance(schema, entry.options);
  const strayLines = strayLinesOf(entry.options, options, place);
  // Of a class without rules the validator would say that it is unknown.
  const errors =
    optionNamesOf(schema).length === 0 ? [] : validateSync(options, { forbidUnknownValues: true });
  const lines = [...strayLines, ...linesOf(errors, place)];
  if (lines.length > 0) throw new ConfigError(lines);
  return options;
}

/**
 * A line for each key that its class does not name, and each list in the place of a mapping: the
 * transformer drops names such as `toString` unseen, and the validator looks through such lists.
 */
function strayLinesOf(raw: object, instance: object, place: Place): string[] {
  const schema = instance.constructor;
  const names = optionNamesOf(schema);
  const made = new Map<string, unknown>(Object.entries(instance));
  return Object.entries(raw).flatMap(([name, value]: [string, unknown]) => {
    const path = `${place.path}.${name}`;
    if (!names.includes(name)) return [unknownKey(path, schema, place)];
    if (!isNested(schema, name)) return [];
    const member = made.get(name);
    if (!Array.isArray(value)) return strayLinesOfMember(value, member, { ...place, path });
    return value.flatMap((one: unknown, index) => {
      const other: unknown = Array.isArray(member) ? member[index] : undefined;
      return strayLinesOfMember(one, other, { ...place, path: `${path}[${index}]` });
    });
  });
}

function strayLinesOfMember(raw: unknown, instance: unknown, place: Place): string[] {
  if (Array.isArray(raw)) return [`${place.path}: expected a mapping, got a list.`];
  return isObject(raw) && isObject(instance) ? strayLinesOf(raw, instance, place) : [];
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isNested(schema: object, property: string): boolean {
  return rulesOf(schema).some(
    ({ propertyName, type }) =>
      propertyName === property && type === ValidationTypes.NESTED_VALIDATION,
  );
}

/** The keys that an options class takes, in the order of its members. */
export function optionNamesOf(schema: object): string[] {
  return [...new Set(rulesOf(schema).map(({ propertyName }) => propertyName))];
}

function rulesOf(schema: object): ReturnType<MetadataStorage['getTargetValidationMetadatas']> {
  if (typeof schema !== 'function') return [];
  return getMetadataStorage().getTargetValidationMetadatas(schema, '', false, false);
}

function linesOf(errors: readonly ValidationError[], place: Place): string[] {
  return errors.flatMap((error) => {
    const isMember = /^\d+$/.test(error.property);
    const path = isMember ? `${place.path}[${error.property}]` : `${place.path}.${error.property}`;
    const own = error.constraints === undefined ? [] : [lineOf(error, { ...place, path })];
    return [...own, ...linesOf(error.children ?? [], { ...place, path })];
  });
}

function lineOf({ constraints = {}, value, property }: ValidationError, place: Place): string {
  const { path } = place;
  const expected = Object.entries(constraints).map(([rule, text]) =>
    rule === 'nestedValidation' ? 'a mapping' : withoutSubject(text, property),
  );
  const takes = [...new Set(expected)].join(' and ');
  if (value === undefined) return `${path} is missing: expected ${takes}.`;
  return `${path}: expected ${takes}, got ${shown(value, place)}.`;
}

function unknownKey(path: string, schema: object, { type }: Place): string {
  const names = optionNamesOf(schema);
  const remedy = names.length === 0 ? 'takes no options' : `takes ${names.join(', ')}`;
  return `${path} is not an option of "${type}", which here ${remedy}: correct the name or remove it.`;
}

/** The validator's own texts are whole sentences about the property. */
function withoutSubject(text: string, property: string): string {
  return text
    .replace(new RegExp(`^(each value in )?${property} (must|should) `), '$1')
    .replace(/^(each value in )?(not )?be /, '$1$2')
    .replace(/^each value in /, 'each value to be ');
}

function shown(value: unknown, { path, references }: Place): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return value === null ? 'nothing' : 'a mapping';
  const variable = references.get(path);
  if (variable !== undefined) return `the value of \${${variable}}`;
  const isPlain = ['string', 'number', 'boolean'].includes(typeof value);
  if (!isPlain || SECRET_NAME.test(path.slice(path.indexOf('.') + 1))) return 'another value';
  const text = JSON.stringify(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
