import { withPlainDigits } from './plain-digits.js';

/** The form of a normalised text, and the greatest length before that. */
export interface TextBounds {
  /** A form of Unicode TR15. */
  readonly form: 'NFC' | 'NFKC';
  /** In UTF-16 units, before normalisation. */
  readonly maxLength: number;
}

/**
 * Normalises a text of bounded length. Some orders of combining marks take time that grows with the
 * square of their number, so a long text would delay all other requests. The result may be longer
 * than the text, at most 18 times [Unicode TR15 §1.2, "maximum expansion factors"].
 * `form` is `NFC` or `NFKC`, `maxLength` counts UTF-16 units.
 *
 * @returns null for a longer text
 */
export function normalizeText(text: string, { form, maxLength }: TextBounds): string | null {
  return text.length > maxLength ? null : text.normalize(form);
}

/** The greatest length of a typed code, in UTF-16 units. */
export const MAX_CODE_LENGTH = 64;

/** White space, dashes, the minus sign, and control, format and other invisible characters. */
const NO_PART_OF_A_CODE = /[\s\p{Pd}\u2212\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Reads a typed or pasted code. Digits of every script become plain ones; invisible characters and
 * separators are dropped. Codes are compared and counted in this form alone, so that another spelling
 * of a spent code is not a new code (CVE-2025-6015).
 *
 * @returns an empty text, which no code is, if the text is longer than {@link MAX_CODE_LENGTH}
 */
export function normalizeCode(text: string): string {
  const shown = normalized(text, MAX_CODE_LENGTH).replace(NO_PART_OF_A_CODE, '');
  // Once more at the end: a dropped character may have separated a letter from its accent.
  const code = normalized(shown, shown.length);
  return code.length > MAX_CODE_LENGTH ? '' : code;
}

function normalized(text: string, maxLength: number): string {
  return withPlainDigits(normalizeText(text, { form: 'NFKC', maxLength }) ?? '');
}
