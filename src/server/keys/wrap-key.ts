import { type KeyManagement } from '../../mfa/index.js';
import { type KeyEntry } from '../config/keys/key-entry.js';

/** A key of a ring as it is kept: wrapped, or in the clear where there is no key management. */
export async function wrapKey(
  key: KeyEntry,
  keyManagement: KeyManagement | null,
): Promise<KeyEntry> {
  if (keyManagement === null) return key;
  const wrapped = await keyManagement.wrap(key.bytes);
  return { ...key, isWrapped: true, bytes: Buffer.from(wrapped) };
}
