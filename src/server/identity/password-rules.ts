import { MfaError } from '../../mfa/index.js';
import { MAX_PASSWORD_TEXT_LENGTH, normalizePassword } from './password-hasher.js';

/**
 * In characters. At least 8 are required beside a second factor; at least 64 must be allowed [NIST
 * SP 800-63B-4 §3.1.1.2].
 */
export const PASSWORD_LENGTH = { least: 8, greatest: 1024 } as const;

/** The password of the tour in `docs/tour.md`, with which the forms of Swagger UI are filled. */
export const EXAMPLE_PASSWORD = 'correct-horse-battery';

const TOO_LONG = `Ensure this field has no more than ${PASSWORD_LENGTH.greatest} characters.`;

/** The owner of a new password, which must be none of their names. */
interface Owner {
  readonly username: string;
  readonly email: string | null;
}

/** @throws {MfaError} `validation_failed` on this field when a new password is refused */
export function refuseWeakPassword(password: string, owner: Owner, field: string): void {
  const texts = errorsOfPassword(password, owner);
  if (texts.length > 0) throw new MfaError('validation_failed', { errors: { [field]: texts } });
}

/** The errors of a new password as texts for a person; empty if it is acceptable. */
export function errorsOfPassword(password: string, user: Owner): string[] {
  if (password.length > MAX_PASSWORD_TEXT_LENGTH) return [TOO_LONG];
  const length = Array.from(normalizePassword(password)).length;
  const own = [user.username, user.email].map((name) => name?.toLowerCase());
  return [
    ...(length < PASSWORD_LENGTH.least
      ? [
          `This password is too short. It must contain at least ${PASSWORD_LENGTH.least} characters.`,
        ]
      : []),
    ...(length > PASSWORD_LENGTH.greatest ? [TOO_LONG] : []),
    ...(own.includes(password.toLowerCase())
      ? ['This password is the username or the email address.']
      : []),
  ];
}
