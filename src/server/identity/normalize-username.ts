import { normalizeText } from '../../mfa/index.js';
import { LONGEST_USERNAME, LONGEST_USERNAME_TEXT } from './user.entity.js';

/** A user name as it is stored and compared, trimmed; null for a text longer than any name. */
export function normalizeUsername(name: string): string | null {
  const text = normalizeText(name, { form: 'NFKC', maxLength: LONGEST_USERNAME_TEXT });
  return text?.trim() ?? null;
}

/** Whether the column of user names accepts it. */
export function isUsername(name: string): boolean {
  return name !== '' && !name.includes('\0') && Array.from(name).length <= LONGEST_USERNAME;
}
