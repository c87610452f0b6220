const HIDDEN = '•••';

/**
 * Masks an e-mail address for a list: the first character and the domain stay, as in
 * `a•••@example.org`. A local part of one character is hidden, and so is a text that is no address.
 */
export function maskEmail(address: string): string {
  // A quoted local part may hold an "@" of its own [RFC 5321 §4.1.2].
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  if (at === -1 || domain === '') return HIDDEN;
  const [first = '', ...rest] = address.slice(0, at);
  return `${rest.length === 0 ? '' : first}${HIDDEN}@${domain}`;
}

/**
 * Masks a telephone number for a list: the last two digits stay, as in `•••12`. A number in E.164 has
 * at least seven digits; a text with fewer is hidden as a whole.
 */
export function maskPhone(number: string): string {
  return `${HIDDEN}${/^\+\d{7,}$/.test(number) ? number.slice(-2) : ''}`;
}
