import { type Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, type ValidationError, validateSync } from 'class-validator';
import { MfaError } from './errors.js';

/** Levels of objects and arrays. A WebAuthn credential needs four. */
const DEEPEST_NEST = 12;
/** A body with thousands of bad fields gets no answer with thousands of texts. */
const MOST_ERRORS = 30;
const LONGEST_NAME = 64;
/** Names with a meaning in JavaScript itself. */
const NAMES_OF_THE_LANGUAGE = new Set(['__proto__', 'constructor', 'prototype']);

/** Half of a character. UTF-8 cannot encode it, so hashing and storing would replace it. */
const LONE_SURROGATE = /\p{Surrogate}/u;

type FieldError = readonly [field: string, texts: readonly string[]];

/** The schema of a body without fields: it reads only `{}`. */
export class NoFields {}

/** Why input has not the fields of a class. */
export class UnreadFields {
  constructor(
    private readonly errors: readonly FieldError[],
    private readonly options?: ErrorOptions,
  ) {}

  /** `validation_failed` with `errors` by field. An error costs more than the reading, so few are made. */
  problem(): MfaError {
    return validationFailed(this.errors, this.options);
  }
}

/**
 * Reads untrusted input by a DTO class (class-validator and class-transformer). It refuses fields that
 * the class does not name. It refuses null as well: a client leaves an optional field out.
 *
 * @param raw a parsed body or a part of one. `undefined`, no body, is read as `{}`
 * @throws {MfaError} `validation_failed` with `errors` by field. It throws nothing else for any `raw`
 */
export function readFields<T extends object>(schema: Type<T>, raw: unknown): T {
  const read = tryFields(schema, raw);
  if (read instanceof UnreadFields) throw read.problem();
  return read;
}

/**
 * As {@link readFields}, where unread input is no failure.
 *
 * @throws {MfaError} `validation_failed` for input that is no object
 */
export function tryFields<T extends object>(schema: Type<T>, raw: unknown): T | UnreadFields {
  const names = fieldNamesOf(schema);
  const entries = entriesOf(raw).map(([name, value]) => ({
    name,
    value,
    error: names.has(name) ? errorOf(value) : 'Unexpected field.',
  }));
  const errors = entries.flatMap(({ name, error }): FieldError[] =>
    error ? [[name, [error]]] : [],
  );
  const sound = entries.filter(({ error }) => error === null);
  const fields = instanceOf(schema, Object.fromEntries(sound.map((e) => [e.name, e.value])));
  if (fields instanceof UnreadFields) return fields;
  if (names.size > 0) errors.unshift(...fieldErrorsIn(validateSync(fields, STRICT)));
  return errors.length > 0 ? new UnreadFields(errors) : fields;
}

const STRICT = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true };

/** By class. Decorators name them once, and each request asks several times. */
const fieldNames = new WeakMap<Type<object>, ReadonlySet<string>>();

/** The names of the fields that a DTO class validates, inherited ones included. */
export function fieldNamesOf(schema: Type<object>): ReadonlySet<string> {
  let names = fieldNames.get(schema);
  if (names === undefined) {
    const metadata = getMetadataStorage().getTargetValidationMetadatas(schema, '', false, false);
    names = new Set(metadata.map(({ propertyName }) => propertyName));
    fieldNames.set(schema, names);
  }
  return names;
}

/**
 * The members of a body. `undefined` has none.
 *
 * @throws {MfaError} `validation_failed` for a body that is no object
 */
export function entriesOf(raw: unknown): [name: string, value: unknown][] {
  if (raw === undefined) return [];
  if (raw === null) throw validationFailed([['non_field_errors', ['No data provided']]]);
  if (typeof raw === 'object' && !Array.isArray(raw)) return Object.entries(raw);
  const text = `Invalid data. Expected a dictionary, but got ${pythonTypeOf(raw)}.`;
  throw validationFailed([['non_field_errors', [text]]]);
}

/** The words of Django REST framework: its clients use this server. */
function pythonTypeOf(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'string') return 'str';
  if (typeof value === 'boolean') return 'bool';
  return Number.isInteger(value) ? 'int' : 'float';
}

function errorOf(value: unknown): string | null {
  if (value === null) return 'This field may not be null.';
  return isWellFormed(value, DEEPEST_NEST) ? null : 'Not a valid value.';
}

/** class-transformer recurses without a bound and calls a function that it finds under `constructor`. */
function isWellFormed(value: unknown, nestsLeft: number): boolean {
  if (typeof value === 'string') return !LONE_SURROGATE.test(value);
  if (typeof value !== 'object' || value === null) return true;
  if (nestsLeft === 0) return false;
  return Object.entries(value).every(
    ([name, member]) =>
      !NAMES_OF_THE_LANGUAGE.has(name) &&
      !LONE_SURROGATE.test(name) &&
      isWellFormed(member, nestsLeft - 1),
  );
}

function instanceOf<T extends object>(schema: Type<T>, plain: object): T | UnreadFields {
  try {
    return plainToInstance(schema, plain);
  } catch (cause) {
    // A `@Transform` of the schema expects text and got something else.
    const errors: FieldError[] = [['non_field_errors', ['Not a valid value.']]];
    return new UnreadFields(errors, { cause });
  }
}

function fieldErrorsIn(errors: readonly ValidationError[], path = ''): FieldError[] {
  return errors.flatMap((error) => {
    const name = `${path}${error.property}`;
    const texts = textsOf(error);
    const own: FieldError[] = texts.length > 0 ? [[name, texts]] : [];
    return [...own, ...fieldErrorsIn(error.children ?? [], `${name}.`)];
  });
}

/** Turns the words of class-validator into those of Django REST framework, here and nowhere else. */
function textsOf({ value, constraints }: ValidationError): string[] {
  if (constraints === undefined) return [];
  if (value === undefined) return ['This field is required.'];
  if (value === null) return ['This field may not be null.'];
  if (value === '') return ['This field may not be blank.'];
  if ('isString' in constraints) return ['Not a valid string.'];
  if ('whitelistValidation' in constraints) return ['Unexpected field.'];
  return Object.values(constraints);
}

/** Of two errors of one field the later one wins, because it names the cause. */
function validationFailed(fieldErrors: readonly FieldError[], options?: ErrorOptions): MfaError {
  const shown = fieldErrors.slice(0, MOST_ERRORS);
  const errors = Object.fromEntries(
    shown.map(([name, texts]) => [name.slice(0, LONGEST_NAME), texts]),
  );
  return new MfaError('validation_failed', { errors }, options);
}
