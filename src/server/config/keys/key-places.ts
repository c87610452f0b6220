import { readFileSync } from 'node:fs';
import { systemErrorCode } from '../values/system-error.js';
import { ConfigError } from '../values/config-error.js';
import { developmentKeysPath, readDevelopmentKeys } from './development-keys.js';
import { type RingName } from './generate-keys.js';
import { replaceFile } from '../values/replace-file.js';

/** The place of a ring or of the master key. */
export interface KeyPlace {
  /** For messages: a variable, or a variable and its file. */
  readonly name: string;
  /** @throws {ConfigError} when it cannot be read */
  read(): string;
  /** Null: a variable, which nobody can change in a running process. */
  readonly write: ((text: string) => void) | null;
}

type Texts = Readonly<Partial<Record<string, string>>>;

/**
 * The place that the environment names for a ring or the master key: the variable, or the file of the
 * variable `<name>_FILE`.
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

/** The place of a ring in the file of a development server. */
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
