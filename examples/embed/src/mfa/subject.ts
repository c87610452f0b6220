import { type Subject } from 'nestjs-mfa';
import { type User } from '../accounts/user.entity.js';

/** A user as the library sees one: ids are numbers here and text there. */
export function subjectOf(user: User): Subject {
  return {
    id: String(user.id),
    displayName: user.email,
    addresses: { email: user.email },
    isEnabled: !user.isBlocked,
    credentialsVersion: String(user.passwordVersion),
  };
}
