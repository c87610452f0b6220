import { type Format, matching } from './formats.js';

/**
 * Excludes control characters, and the characters that separate addresses or delimit their parts [RFC
 * 5322 §3.2.3, §3.4].
 */
const ADDRESS = String.raw`[^\s\p{Cc}<>()\[\]:;@\\,"]+@[^\s\p{Cc}<>()\[\]:;@\\,"]+`;
/** A colon begins a group of addresses [RFC 5322 §3.4], unless it stands in a quoted name. */
const NAME = String.raw`[^\p{Cc}<>:;@\\"]*|"(?:[^\p{Cc}"\\]|\\[^\p{Cc}])*"\s*`;
const FORM = new RegExp(`^(?:${ADDRESS}|(?:${NAME})<${ADDRESS}>)$`, 'u');

/** Exactly one address, in the form of `From`. */
export const senderOfMails: Format<string> = matching(
  FORM,
  'one address, as name@example.org or Name <name@example.org>; a name with a colon, a semicolon or an @ stands between double quotes',
);
