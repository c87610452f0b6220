import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type RandomSource } from '../../../mfa/index.js';
import { isSystemError } from '../values/system-error.js';
import { ConfigError } from '../values/config-error.js';
import { generateKeys, type KeyTexts } from './generate-keys.js';

/** The schema of a setting checks later whether the two texts are keys. */
const KEY_FILE: z.ZodType<KeyTexts> = z.object({
  MFA_SECRET_KEYS: z.string(),
  JWT_KEYS: z.string(),
});

/**
 * The keys of a development server. They are made once and kept in `keys.json`, which only their owner
 * can read.
 *
 * @throws {ConfigError} when the file exists and cannot be read
 */
export function loadDevelopmentKeys(dataDirectory: string, random: RandomSource): KeyTexts {
  const path = developmentKeysPath(dataDirectory);
  return readDevelopmentKeys(dataDirectory) ?? makeKeys(path, dataDirectory, random);
}

/** The file of the keys. */
export function developmentKeysPath(dataDirectory: string): string {
  return join(dataDirectory, 'keys.json');
}

/**
 * The keys of the file; null when there is no file yet.
 *
 * @throws {ConfigError} when the file exists and cannot be read
 */
export function readDevelopmentKeys(dataDirectory: string): KeyTexts | null {
  const path = developmentKeysPath(dataDirectory);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null;
    throw new ConfigError([`${path} cannot be read: ${String(error)}`]);
  }
  return parseKeys(text, path);
}

function parseKeys(text: string, path: string): KeyTexts {
  const { data } = KEY_FILE.safeParse(jsonOf(text));
  if (data !== undefined) return data;
  throw new ConfigError([
    `${path} is damaged. Without its keys the stored second factors cannot be read: restore it, or delete the folder to begin anew.`,
  ]);
}

/** Undefined for a damaged file. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The file is written aside and linked into place: of two first starts one wins, and both read its keys.
 */
function makeKeys(path: string, directory: string, random: RandomSource): KeyTexts {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const draft = `${path}.${random.rowId()}`;
  writeFileSync(draft, JSON.stringify(generateKeys(random), null, 2), { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft);
  }
  return parseKeys(readFileSync(path, 'utf8'), path);
}
