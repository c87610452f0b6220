import { applyDecorators } from '@nestjs/common';
import { ValidateBy } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';

/** The longest address that fits into a path of SMTP [RFC 5321 §4.5.3.1.3]. */
export const MAX_EMAIL_ADDRESS_LENGTH = 254;

/** At most 64 octets [RFC 5321 §4.5.3.1.1], in words without quotes [RFC 5322 §3.2.3]. */
const LOCAL_PART = /(?=[^@]{1,64}@)[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*/;
/** Letters, digits and hyphens [RFC 1123 §2.1]; digits alone at the end are an IP address. */
const DOMAIN =
  /localhost|(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+(?!\d+$)[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?/;
const ADDRESS = new RegExp(`^${LOCAL_PART.source}@(?:${DOMAIN.source})$`, 'i');

/**
 * A plain address as it is to be kept, its domain in lower case. Mailers read quotes, comments and
 * characters beyond ASCII as other addresses than they look, or as several: an address has but one
 * spelling here, so that what is sent to it can be counted. A domain is fully qualified, or
 * `localhost`; one of other letters is given in its ASCII form (`xn--…`).
 *
 * @returns null for what is not a plain address
 */
export function normalizeEmailAddress(text: string): string | null {
  // Not in lower case yet: the sign of the unit Kelvin would become a letter of ASCII.
  const isPlain = text.length <= MAX_EMAIL_ADDRESS_LENGTH && ADDRESS.test(text);
  return isPlain ? text.replace(/@.*/, (domain) => domain.toLowerCase()) : null;
}

/** Refuses, with one sentence, whatever `normalizeEmailAddress` does not read. */
export function IsPlainEmailAddress(): PropertyDecorator {
  const validate = (value: unknown) =>
    typeof value === 'string' && normalizeEmailAddress(value) !== null;
  const message = 'Enter a valid email address.';
  return applyDecorators(
    ValidateBy({ name: 'isPlainEmailAddress', validator: { validate } }, { message }),
    JSONSchema({ format: 'email' }),
  );
}
