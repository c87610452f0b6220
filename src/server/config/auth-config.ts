import { readFileSync, statSync } from 'node:fs';
import { systemErrorCode } from './values/system-error.js';
import { ConfigError } from './values/config-error.js';
import { type ConfiguredEntry } from './values/configured-entry.js';
import { parseYaml, YamlFault } from './values/parse-yaml.js';
import { readEntries } from './values/read-entries.js';
import { KEY, resolveEnvReferences } from './values/resolve-env-references.js';

/** What the file of `AUTH_CONFIG` lists; a section that it does not have is absent. */
export interface AuthConfig {
  /** The ways to sign in; at least one. */
  readonly providers?: readonly ConfiguredEntry[];
  /** The second factors; an empty list: none is on offer. */
  readonly factors?: readonly ConfiguredEntry[];
}

/** Far above any list that a person writes, far below what would tie up memory. */
const MOST_FILE_BYTES = 64 * 1024;
const SECTIONS = ['providers', 'factors'];

/**
 * Reads the file that `AUTH_CONFIG` names.
 *
 * @param env gives the values of texts that are exactly `${NAME}`
 * @throws {ConfigError} with a line for each fault: the path of the key, and what was expected
 */
export function readAuthConfig(path: string, env: NodeJS.ProcessEnv): AuthConfig {
  const faults: string[] = [];
  const sections = sectionsOf(parsed(textOf(path)));
  const lists = sections.map(([name, raw]) => {
    const references = new Map<string, string>();
    const list = resolveEnvReferences(raw, {
      path: `AUTH_CONFIG: ${name}`,
      env,
      faults,
      references,
    });
    const section = { name, mayBeEmpty: name === 'factors', faults, references };
    return [name, readEntries(list, section)] as const;
  });
  if (faults.length > 0) throw new ConfigError(faults);
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
    // Asked before it is read: a device has no end.
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
  } catch (fault) {
    if (!(fault instanceof YamlFault)) throw fault;
    throw refusal(`${fault.place}: ${fault.message}: correct the YAML there.`);
  }
}

function sectionsOf(raw: unknown): [name: string, list: unknown][] {
  const names = SECTIONS.join(' and ');
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    throw refusal(`expected a mapping with the lists ${names}: write one of the two.`);
  }
  const faults = Object.keys(raw)
    .filter((name) => !SECTIONS.includes(name))
    .map((name) => {
      const shown = KEY.test(name) ? name : 'one that cannot be shown here';
      return `AUTH_CONFIG: ${shown} is no key of the file, which takes ${names}: correct or remove it.`;
    });
  if (faults.length > 0) throw new ConfigError(faults);
  return Object.entries(raw);
}

function refusal(text: string, cause?: unknown): ConfigError {
  return new ConfigError([`AUTH_CONFIG: ${text}`], { cause });
}
