import { z } from 'zod';
import { ConfigError } from './config-error.js';
import { type ConfiguredEntry } from './configured-entry.js';
import { expectedAt, type Issue, linesOfIssues } from './lines-of-issues.js';

const SECRET_NAME = /pass|secret|token|key|pin|url|credential/i;
const LONGEST_SHOWN = 60;

/**
 * The schema of the options of an entry, or of a mapping in them. It refuses unknown keys. The message of
 * each member completes "expected …".
 */
export function optionsSchema<Shape extends z.ZodRawShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  const names = Object.keys(shape);
  const remedy = names.length === 0 ? 'takes no options' : `takes ${names.join(', ')}`;
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? remedy : 'a mapping'),
  });
}

/** A value that `schema` reads. Its error is one for the whole value and none for a member. */
export function asWhole<T>(schema: z.ZodType<T>, takes: string): z.ZodType<T> {
  return z.unknown().transform((value, context): T => {
    const { success, data } = schema.safeParse(value);
    if (success) return data;
    context.addIssue(takes);
    return z.NEVER;
  });
}

/**
 * Reads the options of an entry by a schema of {@link optionsSchema}.
 *
 * @throws {ConfigError} with a line for each error: the path of the key, and what was expected. It shows
 *   a value only under a key that names no secret, and never one of the environment
 */
export function readEntryOptions<Schema extends z.ZodType>(
  schema: Schema,
  entry: ConfiguredEntry,
): z.output<Schema> {
  const { success, data, error } = schema.safeParse(entry.options, { reportInput: true });
  if (success) return data;
  throw new ConfigError(
    linesOfIssues(error.issues, entry.path, (path, issue) => lineOf(path, issue, entry)),
  );
}

function lineOf(path: string, issue: Issue, { type, references }: ConfiguredEntry): string {
  if (issue.code === 'unrecognized_keys') {
    return `${path} is not an option of "${type}", which here ${issue.message}: correct the name or remove it.`;
  }
  const variable = references?.get(path);
  return expectedAt(
    path,
    issue,
    variable === undefined ? shown(issue) : `the value of \${${variable}}`,
  );
}

function shown(issue: Issue): string {
  const { input, path } = issue;
  const takesMapping = issue.code === 'invalid_type' && issue.expected === 'object';
  if (Array.isArray(input)) return input.length > 0 || takesMapping ? 'a list' : 'an empty list';
  if (typeof input === 'object') return input === null ? 'nothing' : 'a mapping';
  const isPlain = ['string', 'number', 'boolean'].includes(typeof input);
  if (!isPlain || SECRET_NAME.test(path.join('.'))) return 'another value';
  const text = JSON.stringify(input);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
