import { type KeyManagement, LocalKeyManagement, unwrapSecretKeys } from '../../../mfa/index.js';
import { ConfigError } from '../values/config-error.js';
import { takenBy } from '../values/formats.js';
import { type KeyTexts, RING_NAMES, type RingName } from './generate-keys.js';
import { type KeyEntry, keyEntriesText, readKeyEntries } from './key-entry.js';
import { jwtKeyRing, masterKey, secretKeyRing } from './key-formats.js';
import { givenPlace, type KeyPlace } from './key-places.js';

const FORMATS = { MFA_SECRET_KEYS: secretKeyRing, JWT_KEYS: jwtKeyRing };

/**
 * The key management of the environment: its master key, or null without one.
 *
 * @throws {ConfigError} when the master key is invalid or cannot be read
 */
export function givenKeyManagement(env: NodeJS.ProcessEnv): KeyManagement | null {
  const place = givenPlace('MFA_MASTER_KEY', env);
  if (place === null) return null;
  const key = masterKey.safeParse(place.read()).data;
  if (key === undefined) throw new ConfigError([`${place.name} takes ${takenBy(masterKey)}.`]);
  return new LocalKeyManagement(key);
}

/**
 * The rings of the environment, or of the files that it names, with every key unwrapped.
 *
 * @throws {ConfigError} that names what cannot be read or unwrapped, and shows no part of it
 */
export async function openKeys(
  env: NodeJS.ProcessEnv,
  keyManagement: KeyManagement | null,
): Promise<Partial<KeyTexts>> {
  const opened = await Promise.all(
    RING_NAMES.map(async (ring) => {
      const place = givenPlace(ring, env);
      return place === null ? [] : [[ring, await openRing(ring, place, keyManagement)] as const];
    }),
  );
  return Object.fromEntries(opened.flat());
}

/** The entries of a ring as they are stored. @throws {ConfigError} when the text is no ring */
export function readRing(ring: RingName, place: KeyPlace): readonly KeyEntry[] {
  const entries = readKeyEntries(place.read());
  if (entries === undefined) throw refusal(ring, place);
  return entries;
}

async function openRing(
  ring: RingName,
  place: KeyPlace,
  keyManagement: KeyManagement | null,
): Promise<string> {
  const entries = readRing(ring, place);
  const text = keyEntriesText(
    await Promise.all(entries.map((entry) => unwrapEntry(entry, place, keyManagement))),
  );
  if (FORMATS[ring].safeParse(text).success) return text;
  throw refusal(ring, place);
}

function refusal(ring: RingName, place: KeyPlace): ConfigError {
  return new ConfigError([`${place.name} takes ${takenBy(FORMATS[ring])}.`]);
}

async function unwrapEntry(
  entry: KeyEntry,
  place: KeyPlace,
  keyManagement: KeyManagement | null,
): Promise<KeyEntry> {
  const { id, isWrapped, bytes } = entry;
  if (!isWrapped) return entry;
  if (keyManagement === null) {
    throw new ConfigError([`${place.name}: the key "${id}" is wrapped: set MFA_MASTER_KEY.`]);
  }
  try {
    const [opened] = await unwrapSecretKeys(keyManagement, [{ id, wrapped: bytes }]);
    return { ...entry, isWrapped: false, bytes: Buffer.from(opened?.key ?? []) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError([`${place.name}: ${reason}`], { cause });
  }
}
