/** The place of a value, and the findings so far. */
interface Surroundings {
  /** For example `AUTH_CONFIG: providers[1]`. */
  readonly path: string;
  readonly env: NodeJS.ProcessEnv;
  /** Collects a line for each error. */
  readonly errors: string[];
  /** Collects, by path, the variable of each value that came from one. */
  readonly references: Map<string, string>;
}

/** Lists and mappings within each other; the options need five levels. */
const DEEPEST_NEST = 10;
/** The form of a key. Any other would break the line that names it, and may be a secret. */
export const KEY = /^[\w-]{1,64}$/;
/** Names with a meaning in JavaScript. */
const NAMES_OF_THE_LANGUAGE = new Set(['__proto__', 'constructor', 'prototype']);
const REFERENCE = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/;

/**
 * Replaces the references of a parsed value by the texts of the environment, so that the file needs no
 * secrets. Any value beside maps, lists, texts, finite numbers and booleans is an error.
 */
export function resolveEnvReferences(value: unknown, place: Surroundings, nest = 0): unknown {
  const { path, errors } = place;
  if (nest > DEEPEST_NEST) {
    errors.push(`${path} is nested too deeply: lift it out.`);
  } else if (typeof value === 'string') {
    return resolved(value, place);
  } else if (Array.isArray(value)) {
    return value.map((member: unknown, index) =>
      resolveEnvReferences(member, { ...place, path: `${path}[${index}]` }, nest + 1),
    );
  } else if (typeof value === 'object' && value !== null) {
    return soundMapping(value, place, nest);
  } else if (hasNoValue(value)) {
    errors.push(`${path} has no value: write one, or leave the key out for the default.`);
  }
  return value;
}

/** Whether {@link resolveEnvReferences} has refused a value because it is none. */
export function hasNoValue(value: unknown): boolean {
  return value === null || (typeof value === 'number' && !Number.isFinite(value));
}

function soundMapping(value: object, place: Surroundings, nest: number): object {
  const { path, errors } = place;
  const members = Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
    if (KEY.test(name) && !NAMES_OF_THE_LANGUAGE.has(name)) {
      const memberPlace = { ...place, path: `${path}.${name}` };
      return [[name, resolveEnvReferences(member, memberPlace, nest + 1)] as const];
    }
    const shown = KEY.test(name) ? ` "${name}"` : '';
    errors.push(`${path} has a key${shown} that no option can have: remove it.`);
    return [];
  });
  return Object.fromEntries(members);
}

/** The variable that a text of the file refers to; undefined for any other value. */
export function referenceIn(value: unknown): string | undefined {
  return typeof value === 'string' ? REFERENCE.exec(value)?.[1] : undefined;
}

function resolved(text: string, { path, env, errors, references }: Surroundings): string | null {
  const name = referenceIn(text);
  if (name === undefined) return readable(text, { path, errors });
  const value = Object.hasOwn(env, name) ? (env[name] ?? '') : '';
  references.set(path, name);
  if (value !== '') return readable(value, { path, errors });
  errors.push(`${path}: the variable ${name} is not set: set it, or write the value here.`);
  return null;
}

/**
 * Node replaces invalid bytes in variables, and the parser lets halves of characters through: two secrets
 * would become one.
 */
function readable(text: string, { path, errors }: Pick<Surroundings, 'path' | 'errors'>): string {
  if (/[\p{Surrogate}\uFFFD]/u.test(text))
    errors.push(`${path} is no text in UTF-8: write it anew.`);
  return text;
}
