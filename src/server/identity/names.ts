import { createHash } from 'node:crypto';
import { normalizeText } from '../../mfa/index.js';
import { LONGEST_USERNAME, LONGEST_USERNAME_TEXT } from './user.entity.js';

/** A user name as it is stored and compared, without blanks around it; null: longer than any. */
export function normalizeUsername(name: string): string | null {
  const text = normalizeText(name, { form: 'NFKC', maxLength: LONGEST_USERNAME_TEXT });
  return text?.trim() ?? null;
}

/** The error of a user name that {@link normalizeUsername} refuses. */
export const NAME_TOO_LONG = {
  username: [`Ensure this field has no more than ${LONGEST_USERNAME} characters.`],
};

/** Whether the column of names takes it. */
export function isUsername(name: string): boolean {
  return name !== '' && !name.includes('\0') && Array.from(name).length <= LONGEST_USERNAME;
}

/**
 * What names and addresses are compared by, whatever the case of their letters. Made here and stored: what
 * `lower` makes of "JÜRGEN" or "INFO" is a matter of the database's locale, and so would be who is whom.
 */
export function foldName(name: string): string {
  // In lower case the Greek letter has a form of its own at the end of a word.
  return name.toLowerCase().replaceAll('ς', 'σ');
}

/** The keys that a user of these names is found by. */
export function nameKeys({ username, email }: { username: string; email: string | null }) {
  return { usernameKey: foldName(username), emailKey: email === null ? null : foldName(email) };
}

/** By what a user is found at sign-in. */
export interface LoginName {
  readonly by: 'username' | 'email';
  readonly value: string;
}

/**
 * Which user has a name or an address, as a condition on its key, `$1`. Several may say that an address is
 * theirs as long as nobody has confirmed it: the first of them is found.
 */
export const BY_KEY: Readonly<Record<LoginName['by'], string>> = {
  username: 'username_key = $1',
  email: `email_key = $1
    ORDER BY email_verified_at IS NULL, NOT email_unasked, created_at, id LIMIT 1`,
};

/** Far more than a name or an address has; of a longer text the rest does not count. */
const LONGEST_NAME = 512;

const FORM = { form: 'NFKC', maxLength: LONGEST_NAME } as const;

/**
 * What somebody typed as their name, whatever its case and whether anybody has it. A digest, so that
 * whoever keeps it keeps little, and no name.
 */
export function typedName(text: string): string {
  const name = (normalizeText(text.slice(0, LONGEST_NAME), FORM) ?? '').trim().toLowerCase();
  return createHash('sha256').update(name).digest('base64');
}
