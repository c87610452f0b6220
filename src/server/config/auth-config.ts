import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { systemErrorCode } from './values/system-error.js';
import { ConfigError } from './values/config-error.js';
import { type ConfiguredEntry } from './values/configured-entry.js';
import { expectedAt, type Issue, linesOfIssues } from './values/lines-of-issues.js';
import { parseYaml, UnreadableYaml } from './values/parse-yaml.js';
import { readEntries } from './values/read-entries.js';
import { KEY, resolveEnvReferences } from './values/resolve-env-references.js';

/** The lists of the `AUTH_CONFIG` file; a list that the file does not have is absent. */
export interface AuthConfig {
  /** The ways to sign in; at least one. */
  readonly providers?: readonly ConfiguredEntry[];
  /** The second factors; an empty list offers none. */
  readonly factors?: readonly ConfiguredEntry[];
}

/** Far more than a person writes, and far too little to tie up memory. */
const MOST_FILE_BYTES = 64 * 1024;
const SECTIONS = 'providers and factors';
const FILE = z.strictObject(
  { providers: z.unknown().optional(), factors: z.unknown().optional() },
  `a mapping with the lists ${SECTIONS}: write one of the two`,
);

/**
 * Reads the file that `AUTH_CONFIG` names.
 *
 * @param env has the values of texts that are exactly `${NAME}`
 * @throws {ConfigError} with a line for each error: the path of the key, and what was expected
 */
export function readAuthConfig(path: string, env: NodeJS.ProcessEnv): AuthConfig {
  const errors: string[] = [];
  const sections = Object.entries(sectionsOf(parsed(textOf(path))));
  const lists = sections.map(([name, written]: [string, unknown]) => {
    const references = new Map<string, string>();
    const place = { path: `AUTH_CONFIG: ${name}`, env, errors, references };
    const list = resolveEnvReferences(written, place);
    const section = { name, mayBeEmpty: name === 'factors', errors, references };
    return [name, readEntries(list, written, section)] as const;
  });
  if (errors.length > 0) throw new ConfigError(errors);
  return Object.fromEntries(lists);
}

function textOf(path: string): string {
  const bytes = bytesOf(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw refusal('the file is not text in UTF-8: save it as such.', cause);
  }
}

function bytesOf(path: string): Buffer {
  try {
    // The size is checked before reading: a device has no end.
    const file = statSync(path);
    if (file.isFile() && file.size <= MOST_FILE_BYTES) return readFileSync(path);
  } catch (cause) {
    throw refusal(
      `the file "${path}" cannot be read (${String(systemErrorCode(cause))}): give the path of a file that can, or unset AUTH_CONFIG.`,
      cause,
    );
  }
  throw refusal(`"${path}" is no file of at most ${MOST_FILE_BYTES / 1024} KiB: give one that is.`);
}

function parsed(text: string): unknown {
  try {
    return parseYaml(text);
  } catch (error) {
    if (!(error instanceof UnreadableYaml)) throw error;
    throw refusal(`${error.place}: ${error.message}: correct the YAML there.`);
  }
}

function sectionsOf(raw: unknown): z.output<typeof FILE> {
  const { success, data, error } = FILE.safeParse(raw, { reportInput: true });
  if (success) return data;
  throw new ConfigError(linesOfIssues(error.issues, '', lineOf));
}

function lineOf(name: string, issue: Issue): string {
  if (issue.code !== 'unrecognized_keys') return expectedAt('AUTH_CONFIG', issue);
  const shown = KEY.test(name) ? name : 'one that cannot be shown here';
  return `AUTH_CONFIG: ${shown} is no key of the file, which takes ${SECTIONS}: correct or remove it.`;
}

function refusal(text: string, cause?: unknown): ConfigError {
  return new ConfigError([`AUTH_CONFIG: ${text}`], { cause });
}
