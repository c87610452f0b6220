const HIDDEN = '•••';

/**
 * An e-mail address as a list may show it: the first character and the domain, such as
 * `a•••@example.org`. A local part of one character is hidden as a whole, and so is whatever has
 * not the form of an address.
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
 * A telephone number as a list may show it: its last two digits, such as `•••12`. What has fewer
 * than seven digits, the least of a number in E.164, is hidden as a whole.
 */
export function maskPhone(number: string): string {
  return `${HIDDEN}${/^\+\d{7,}$/.test(number) ? number.slice(-2) : ''}`;
}
