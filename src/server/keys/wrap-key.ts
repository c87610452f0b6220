import { type KeyManagement } from '../../mfa/index.js';
import { type KeyEntry } from '../config/keys/key-entry.js';

/** A key as its ring stores it: wrapped, unless there is no key management. */
export async function wrapKey(
  key: KeyEntry,
  keyManagement: KeyManagement | null,
): Promise<KeyEntry> {
  if (keyManagement === null) return key;
  const wrapped = await keyManagement.wrap(key.bytes);
  return { ...key, isWrapped: true, bytes: Buffer.from(wrapped) };
}
