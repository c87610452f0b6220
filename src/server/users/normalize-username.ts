import { normalizeText } from '../../mfa/index.js';
import { LONGEST_USERNAME_TEXT } from './user.entity.js';

/** A user name as it is stored and compared; null: longer than any. */
export function normalizeUsername(name: string): string | null {
  return normalizeText(name, { form: 'NFKC', maxLength: LONGEST_USERNAME_TEXT });
}
