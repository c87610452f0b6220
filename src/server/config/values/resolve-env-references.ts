/** Where a value stands, and what is known there. */
interface Surroundings {
  /** `AUTH_CONFIG: providers[1]` and the like. */
  readonly path: string;
  readonly env: NodeJS.ProcessEnv;
  /** Takes a line for each error. */
  readonly errors: string[];
  /** Takes the name of the variable for the path of each value that came from one. */
  readonly references: Map<string, string>;
}

/** Lists and mappings within each other; the deepest option that there is needs five. */
const DEEPEST_NEST = 10;
/** What a key looks like. Any other would not fit into a line that names it, and may be a secret. */
export const KEY = /^[\w-]{1,64}$/;
/** Names that mean something to JavaScript itself, where they are not asked for. */
const NAMES_OF_THE_LANGUAGE = new Set(['__proto__', 'constructor', 'prototype']);
const REFERENCE = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/;

/**
 * A parsed value with its references to the environment replaced, so that no secret has to stand
 * in a file. What it holds beyond maps, lists, texts, finite numbers and booleans is refused.
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

/** Whether {@link resolveEnvReferences} has refused it already, as a key without a value. */
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

/** With bytes or halves of characters replaced, as Node does in variables, two secrets would be one. */
function readable(text: string, { path, errors }: Pick<Surroundings, 'path' | 'errors'>): string {
  if (/[\p{Surrogate}\uFFFD]/u.test(text))
    errors.push(`${path} is no text in UTF-8: write it anew.`);
  return text;
}
