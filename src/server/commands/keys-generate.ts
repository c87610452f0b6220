import { parseArgs } from 'node:util';
import { SystemRandomSource } from '../../mfa/index.js';
import { generateKey, RING_NAMES } from '../config/keys/generate-keys.js';
import { keyEntriesText } from '../config/keys/key-entry.js';
import { givenKeyManagement } from '../config/keys/open-keys.js';
import { wrapKey } from '../keys/wrap-key.js';
import { runCommand } from './run-command.js';

const MASTER_KEY_BYTES = 32;

/**
 * Prints a new ring for each variable, as lines of an .env file. The keys are wrapped if the environment
 * has a master key. `--master` prints a new master key.
 */
await runCommand(async () => {
  const { values } = parseArgs({ options: { master: { type: 'boolean', default: false } } });
  const random = new SystemRandomSource();
  if (values.master) {
    const key = random.bytes(MASTER_KEY_BYTES).toString('base64url');
    process.stdout.write(`MFA_MASTER_KEY=${key}\n`);
    return;
  }
  const keyManagement = givenKeyManagement(process.env);
  for (const ring of RING_NAMES) {
    const key = await wrapKey(generateKey(ring, random), keyManagement);
    process.stdout.write(`${ring}=${keyEntriesText([key])}\n`);
  }
});
