import { FakeRandomSource } from '../../../src/mfa/testing/index.js';
import { ConfigError } from '../../../src/server/config/values/config-error.js';
import { generateKeys } from '../../../src/server/config/keys/generate-keys.js';
import { type PresetName } from '../../../src/server/config/settings/preset-names.js';
import { readConfig } from '../../../src/server/config/read-config.js';

const KEYS = generateKeys(new FakeRandomSource());

/** Why a preset lets no server start with these settings; empty when it does. */
export function refusalOf(preset: PresetName, env: NodeJS.ProcessEnv): string {
  try {
    readConfig({ MFA_PRESET: preset, ...env }, () => KEYS);
    return '';
  } catch (error) {
    if (error instanceof ConfigError) return error.lines.join('\n');
    throw error;
  }
}
