import { timingSafeEqual } from 'node:crypto';

/**
 * Whether two byte strings are the same, in a time that does not tell where they differ. Different
 * lengths are told apart at once: the length of a hash or a code is no secret.
 */
export function constantTimeEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
