import { createHash } from 'node:crypto';
import { type Subject } from '../../contract/handler.js';

/**
 * The user handle that keys keep beside their credentials, in base64url: the same for all keys of
 * a subject, and nothing to read a name from [WebAuthn Level 3 §14.6.1].
 */
export function userHandleOf({ id }: Pick<Subject, 'id'>, rpId: string): string {
  return createHash('sha256').update(`WebAuthn user handle\n${rpId}\n${id}`).digest('base64url');
}
