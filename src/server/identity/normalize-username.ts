import { normalizeText } from '../../mfa/index.js';
import { LONGEST_USERNAME, LONGEST_USERNAME_TEXT } from './user.entity.js';

/** A user name as it is stored and compared, without blanks around it; null: longer than any. */
export function normalizeUsername(name: string): string | null {
  const text = normalizeText(name, { form: 'NFKC', maxLength: LONGEST_USERNAME_TEXT });
  return text?.trim() ?? null;
}

/** Whether the column of names takes it. */
export function isUsername(name: string): boolean {
  return name !== '' && !name.includes('\0') && Array.from(name).length <= LONGEST_USERNAME;
}
