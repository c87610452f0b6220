import { withPlainDigits } from '../contract/plain-digits.js';

/** What people put between digits: blanks, dashes, and marks that do not show. */
const SEPARATORS = /[\s\p{Pd}\u2212\p{Cf}]/gu;
/** What a keyboard with full-width digits writes. */
const FULL_WIDTH_PLUS = /^\uff0b/;
const BRACKETS = /[()[\]]/g;
/** A plus sign and 7 to 15 digits, none of the countries' codes beginning with 0 [ITU-T E.164 §6.2]. */
const E164 = /^\+[1-9]\d{6,14}$/;
/** The trunk prefix, which is not dialled from abroad: without its brackets it would be a digit. */
const TRUNK_PREFIX = /[([]0/;

/** The longest text that is read as a number, in UTF-16 units. */
export const MAX_PHONE_NUMBER_LENGTH = 64;

/**
 * The number that a person typed, in E.164: digits of every script become plain ones, separators
 * are dropped, and nothing is guessed. National
 * plans are not known here: a trunk prefix without brackets, as in `+490170…`, is read as a digit.
 *
 * @returns null for what is not an international number
 */
export function normalizePhoneNumber(text: string): string | null {
  if (text.length > MAX_PHONE_NUMBER_LENGTH) return null;
  const bare = withPlainDigits(text).replace(SEPARATORS, '').replace(FULL_WIDTH_PLUS, '+');
  const number = bare.replace(BRACKETS, '');
  return E164.test(number) && !TRUNK_PREFIX.test(bare) ? number : null;
}
