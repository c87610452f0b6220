import { createHash } from 'node:crypto';
import { type Subject } from '../../contract/handler.js';

/**
 * The user handle that keys store with their credentials, in base64url. It is the same for all keys
 * of a subject, and reveals no name [WebAuthn Level 3 §14.6.1].
 */
export function userHandleOf({ id }: Pick<Subject, 'id'>, rpId: string): string {
  return createHash('sha256').update(`WebAuthn user handle\n${rpId}\n${id}`).digest('base64url');
}
