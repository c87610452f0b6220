import { type SecretKey } from '../options/secret-key.js';
import { type KeyManagement } from './key-management.js';

/** A wrapped {@link SecretKey}, which may be stored where others can read it. */
export interface WrappedSecretKey {
  readonly id: string;
  /** The result of {@link KeyManagement.wrap} for its 32 bytes. */
  readonly wrapped: Uint8Array;
}

/**
 * Unwraps the keys of a ring, in the same order.
 *
 * @throws {Error} that names the first key that cannot be unwrapped, and the wrapping key
 */
export async function unwrapSecretKeys(
  keyManagement: KeyManagement,
  ring: readonly WrappedSecretKey[],
): Promise<SecretKey[]> {
  return Promise.all(
    ring.map(async ({ id, wrapped }) => ({
      id,
      key: await unwrapOrName(keyManagement, id, wrapped),
    })),
  );
}

async function unwrapOrName(
  keyManagement: KeyManagement,
  id: string,
  wrapped: Uint8Array,
): Promise<Uint8Array> {
  try {
    return await keyManagement.unwrap(wrapped);
  } catch (cause) {
    throw new Error(
      `The key "${id}" cannot be unwrapped by "${keyManagement.keyId}": it is cut or altered, or another key wrapped it.`,
      { cause },
    );
  }
}
