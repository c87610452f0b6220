import { normalizeText } from './normalize-text.js';
import { withPlainDigits } from './plain-digits.js';

/** The longest text that is read as a code, in UTF-16 units. */
export const MAX_CODE_LENGTH = 64;

/** White space, dashes (and the minus sign), control, format and other invisible characters. */
const NO_PART_OF_A_CODE = /[\s\p{Pd}\u2212\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * The code that a text stands for, whatever way it was typed or pasted: digits of every script
 * become plain ones, and what does not show or only groups is dropped. A code is compared and counted in
 * this form alone, so another spelling of a spent code is not a new one (as in CVE-2025-6015).
 *
 * @returns an empty text, which no code is, when the text is longer than {@link MAX_CODE_LENGTH}
 */
export function normalizeCode(text: string): string {
  const shown = normalized(text, MAX_CODE_LENGTH).replace(NO_PART_OF_A_CODE, '');
  // Once more at the end: what is dropped may have kept a letter and its accent apart.
  const code = normalized(shown, shown.length);
  return code.length > MAX_CODE_LENGTH ? '' : code;
}

function normalized(text: string, maxLength: number): string {
  return withPlainDigits(normalizeText(text, { form: 'NFKC', maxLength }) ?? '');
}
