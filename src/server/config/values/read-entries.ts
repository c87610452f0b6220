import { type ConfiguredEntry } from './configured-entry.js';
import { hasNoValue } from './resolve-env-references.js';

/** A list of the file, and what may be in it. */
interface Section {
  readonly name: string;
  readonly mayBeEmpty: boolean;
  /** Takes a line for each fault. */
  readonly faults: string[];
  /** By path, the variables that values were taken from. */
  readonly references: ReadonlyMap<string, string>;
}

/** As the names of handlers: ids are names on the wire and in the tables. */
const ID = /^(?=.{1,32}$)[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const ID_TAKES = 'lower snake case of at most 32 characters';
const NAME = /^(?=.*\S)[^\p{Cc}\p{Cs}]{1,64}$/u;

/** The entries of one list of the file, in its order; type, id and name are checked here. */
export function readEntries(list: unknown, section: Section): readonly ConfiguredEntry[] {
  const { name, mayBeEmpty, faults } = section;
  if (hasNoValue(list)) return [];
  if (!Array.isArray(list)) {
    faults.push(`AUTH_CONFIG: ${name}: expected a list of entries, each with a type.`);
    return [];
  }
  if (list.length === 0 && !mayBeEmpty) {
    faults.push(
      `AUTH_CONFIG: ${name}: expected at least one entry: add one, or leave the key out.`,
    );
  }
  const entries = list.flatMap((raw: unknown, index) => {
    return readEntry(raw, `AUTH_CONFIG: ${name}[${index}]`, section);
  });
  faults.push(...doublesOf(entries));
  return entries;
}

function readEntry(raw: unknown, path: string, { faults, references }: Section): ConfiguredEntry[] {
  if (hasNoValue(raw)) return [];
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    faults.push(`${path}: expected a mapping such as { type: … }.`);
    return [];
  }
  const members: Record<string, unknown> = { ...raw };
  const { type, id = type, name, ...options } = members;
  const own = [...faultsOfNames({ type, id }, path, references)];
  if (name !== undefined && !hasNoValue(name) && !isMatch(NAME, name)) {
    own.push(`${path}.name: expected a text of 1 to 64 characters on one line.`);
  }
  faults.push(...own);
  if (own.length > 0 || typeof type !== 'string' || typeof id !== 'string') return [];
  const rest = { options, path, ...(references.size > 0 && { references }) };
  return [{ type, id, ...(typeof name === 'string' && { name }), ...rest }];
}

/** Type and id stand in messages and are no secrets; what the environment holds may be one. */
function faultsOfNames(
  { type, id }: Readonly<Record<'type' | 'id', unknown>>,
  path: string,
  references: ReadonlyMap<string, string>,
): string[] {
  const referring = ['type', 'id'].filter((key) => references.has(`${path}.${key}`));
  if (referring.length > 0) {
    return referring.map((key) => {
      const variable = `\${${references.get(`${path}.${key}`) ?? ''}}`;
      return `${path}.${key} is taken from ${variable}: write it out, as it is a name and no secret.`;
    });
  }
  if (type === undefined) return [`${path}.type is missing: expected the name of a type.`];
  if (hasNoValue(type)) return [];
  if (!isMatch(ID, type)) return [`${path}.type: expected the name of a type, ${ID_TAKES}.`];
  return hasNoValue(id) || isMatch(ID, id) ? [] : [`${path}.id: expected ${ID_TAKES}.`];
}

function isMatch(pattern: RegExp, value: unknown): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function doublesOf(entries: readonly ConfiguredEntry[]): string[] {
  return entries.flatMap(({ id, path }, index) => {
    const first = entries.findIndex((entry) => entry.id === id);
    if (first === index) return [];
    return [`${path}: the id "${id}" is that of an earlier entry: give one of the two another id.`];
  });
}
