import { applyDecorators } from '@nestjs/common';
import { ValidateBy } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';

/** The longest address that fits a path of SMTP [RFC 5321 §4.5.3.1.3]. */
export const MAX_EMAIL_ADDRESS_LENGTH = 254;

/** At most 64 octets [RFC 5321 §4.5.3.1.1], in words without quotes [RFC 5322 §3.2.3]. */
const LOCAL_PART = /(?=[^@]{1,64}@)[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*/;
/** Letters, digits and hyphens [RFC 1123 §2.1]. Digits alone at the end are an IP address. */
const DOMAIN =
  /localhost|(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+(?!\d+$)[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?/;
const ADDRESS = new RegExp(`^${LOCAL_PART.source}@(?:${DOMAIN.source})$`, 'i');

/**
 * Reads a plain address, and puts its domain into lower case. An address has one spelling here, so that
 * messages to it can be counted: mailers may read quotes, comments and characters beyond ASCII as
 * another address, or as several. A domain is fully qualified or `localhost`. A domain with other
 * letters is in its ASCII form (`xn--…`).
 *
 * @returns null for any other text
 */
export function normalizeEmailAddress(text: string): string | null {
  // Before lower case, which would turn the sign of the unit Kelvin into a letter of ASCII.
  const isPlain = text.length <= MAX_EMAIL_ADDRESS_LENGTH && ADDRESS.test(text);
  return isPlain ? text.replace(/@.*/, (domain) => domain.toLowerCase()) : null;
}

/** Refuses a field that {@link normalizeEmailAddress} does not read. */
export function IsPlainEmailAddress(): PropertyDecorator {
  const validate = (value: unknown) =>
    typeof value === 'string' && normalizeEmailAddress(value) !== null;
  const message = 'Enter a valid email address.';
  return applyDecorators(
    ValidateBy({ name: 'isPlainEmailAddress', validator: { validate } }, { message }),
    JSONSchema({ format: 'email' }),
  );
}
