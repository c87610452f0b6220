import { timingSafeEqual } from 'node:crypto';

/**
 * Compares two byte strings in a time that does not depend on where they differ. Strings of different
 * lengths differ at once: the length of a hash or a code is no secret.
 */
export function constantTimeEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
