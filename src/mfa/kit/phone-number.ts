import { withPlainDigits } from '../contract/plain-digits.js';

/** Separators between digits: blanks, dashes and invisible characters. */
const SEPARATORS = /[\s\p{Pd}\u2212\p{Cf}]/gu;
/** The plus sign of a keyboard with full-width digits. */
const FULL_WIDTH_PLUS = /^\uff0b/;
const BRACKETS = /[()[\]]/g;
/** A plus sign and 7 to 15 digits. No country code begins with 0 [ITU-T E.164 §6.2]. */
const E164 = /^\+[1-9]\d{6,14}$/;
/** A trunk prefix, which is not dialled from abroad. Without its brackets it would count as a digit. */
const TRUNK_PREFIX = /[([]0/;

/** The greatest length of a typed number, in UTF-16 units. */
export const MAX_PHONE_NUMBER_LENGTH = 64;

/**
 * Reads a typed number and returns it in E.164. Digits of every script become plain ones, and separators
 * are dropped. It knows no national plans: it reads a trunk prefix without brackets, as in `+490170…`,
 * as a digit.
 *
 * @returns null for a text that is no international number
 */
export function normalizePhoneNumber(text: string): string | null {
  if (text.length > MAX_PHONE_NUMBER_LENGTH) return null;
  const bare = withPlainDigits(text).replace(SEPARATORS, '').replace(FULL_WIDTH_PLUS, '+');
  const number = bare.replace(BRACKETS, '');
  return E164.test(number) && !TRUNK_PREFIX.test(bare) ? number : null;
}
