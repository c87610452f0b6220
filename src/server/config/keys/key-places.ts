import { readFileSync } from 'node:fs';
import { systemErrorCode } from '../values/system-error.js';
import { ConfigError } from '../values/config-error.js';
import { developmentKeysPath, readDevelopmentKeys } from './development-keys.js';
import { type RingName } from './generate-keys.js';
import { replaceFile } from '../values/replace-file.js';

/** Where the text of a ring, or the master key, is kept. */
export interface KeyPlace {
  /** For sentences: a variable, or a variable and its file. */
  readonly name: string;
  /** @throws {ConfigError} when it cannot be read */
  read(): string;
  /** Null: the environment of a process, which nobody can change from outside. */
  readonly write: ((text: string) => void) | null;
}

type Texts = Readonly<Partial<Record<string, string>>>;

/**
 * Where a ring or the master key is kept by the environment: in the variable, or in the file that
 * the variable `<name>_FILE` names.
 *
 * @returns null when neither is set
 * @throws {ConfigError} when both are
 */
export function givenPlace(name: RingName | 'MFA_MASTER_KEY', given: Texts): KeyPlace | null {
  const fileName = `${name}_FILE`;
  const [text, path] = [given[name] ?? '', given[fileName] ?? ''];
  if (text !== '' && path !== '') {
    throw new ConfigError([`${name} and ${fileName} are both set: unset one of them.`]);
  }
  if (text !== '') return { name, read: () => text, write: null };
  return path === '' ? null : filePlace(`${fileName} (${path})`, path);
}

/** A ring in the file that a development server made. */
export function developmentPlace(ring: RingName, dataDirectory: string): KeyPlace {
  const path = developmentKeysPath(dataDirectory);
  const keys = () => {
    const found = readDevelopmentKeys(dataDirectory);
    if (found !== null) return found;
    throw new ConfigError([
      `There are no keys yet: neither ${ring} nor ${ring}_FILE is set, and no server has made ${path}.`,
    ]);
  };
  return {
    name: `${ring} in ${path}`,
    read: () => keys()[ring],
    write: (text) => replaceFile(path, JSON.stringify({ ...keys(), [ring]: text }, null, 2)),
  };
}

function filePlace(name: string, path: string): KeyPlace {
  return {
    name,
    read() {
      try {
        return readFileSync(path, 'utf8').trim();
      } catch (cause) {
        const reason = String(systemErrorCode(cause) ?? cause);
        throw new ConfigError([`${name} cannot be read: ${reason}.`], { cause });
      }
    },
    write: (text) => replaceFile(path, `${text}\n`),
  };
}
