import { type Format, matching } from './formats.js';

/** Control characters, and those that separate addresses or belong to their form [RFC 5322 §3.2.3, §3.4]. */
const ADDRESS = String.raw`[^\s\p{Cc}<>()\[\]:;@\\,"]+@[^\s\p{Cc}<>()\[\]:;@\\,"]+`;
/** A colon would begin a group of addresses [RFC 5322 §3.4]: between quotes it is a part of the name. */
const NAME = String.raw`[^\p{Cc}<>:;@\\"]*|"(?:[^\p{Cc}"\\]|\\[^\p{Cc}])*"\s*`;
const FORM = new RegExp(`^(?:${ADDRESS}|(?:${NAME})<${ADDRESS}>)$`, 'u');

/** Exactly one address, as it may stand in `From`. */
export const senderOfMails: Format<string> = matching(
  FORM,
  'one address, as name@example.org or Name <name@example.org>; a name with a colon, a semicolon or an @ stands between double quotes',
);
