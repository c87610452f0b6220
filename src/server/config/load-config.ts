import { type KeyManagement, SystemRandomSource } from '../../mfa/index.js';
import { loadDevelopmentKeys } from './keys/development-keys.js';
import { type KeyTexts, RING_NAMES } from './keys/generate-keys.js';
import { jwtKeyRing, secretKeyRing } from './keys/key-formats.js';
import { givenKeyManagement, openKeys } from './keys/open-keys.js';
import { readConfig } from './read-config.js';
import { type KeyRings, type ServerConfig } from './server-config.js';

/**
 * Makes the configuration from the environment and the key files that it names.
 *
 * @param keyManagement unwraps keys; the master key of the environment by default
 * @throws {ConfigError} with a line for each error
 */
export async function loadConfig(
  env: NodeJS.ProcessEnv,
  keyManagement: KeyManagement | null = givenKeyManagement(env),
  developmentKeys: (dataDirectory: string) => KeyTexts = keptKeys,
): Promise<ServerConfig> {
  const opened = await openKeys(env, keyManagement);
  const config = readConfig({ ...env, ...opened }, developmentKeys);
  const hasFiles = RING_NAMES.some((ring) => (env[`${ring}_FILE`] ?? '') !== '');
  if (!hasFiles) return config;
  return {
    ...config,
    rereadKeys: async () => keysOf(await openKeys(env, keyManagement), config),
  };
}

function keptKeys(dataDirectory: string): KeyTexts {
  return loadDevelopmentKeys(dataDirectory, new SystemRandomSource());
}

/** A ring that the environment does not set stays as it is. */
function keysOf(texts: Partial<KeyTexts>, { jwtKeys, mfa }: ServerConfig): KeyRings {
  return {
    secretKeys: secretKeyRing.safeParse(texts.MFA_SECRET_KEYS).data ?? mfa.secretKeys,
    jwtKeys: jwtKeyRing.safeParse(texts.JWT_KEYS).data ?? jwtKeys,
  };
}
