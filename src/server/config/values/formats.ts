import ipaddr from 'ipaddr.js';

/** How a setting is written. */
export interface Format<T> {
  /** Completes the sentence "NAME takes …", for the line that refuses another text. */
  readonly takes: string;
  /** The value, or undefined when the text is not of this format. */
  read(text: string): T | undefined;
}

/** Any text. */
export const anyText: Format<string> = { takes: 'a text', read: (text) => text };

/** `true` or `false`. */
export const trueOrFalse: Format<boolean> = {
  takes: 'true or false',
  read: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
};

/** Decimal digits, `least` to `greatest`, both included. */
export function wholeNumber(least: number, greatest: number): Format<number> {
  return {
    takes: `a whole number from ${least} to ${greatest}`,
    read(text) {
      const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
      return value >= least && value <= greatest ? value : undefined;
    },
  };
}

/** One of the given words. */
export function oneOf<const Word extends string>(...words: readonly Word[]): Format<Word> {
  return {
    takes: words.join(' or '),
    read: (text) => words.find((word) => word === text),
  };
}

/** A text that `pattern` matches. */
export function matching(pattern: RegExp, takes: string): Format<string> {
  return { takes, read: (text) => (pattern.test(text) ? text : undefined) };
}

/** A URL of one of the given schemes, which are written without the colon. */
export function urlOf(...schemes: readonly string[]): Format<string> {
  return {
    takes: `a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')} and names a host`,
    read: (text) => (schemes.some((s) => isUrlWithHost(text, s)) ? text : undefined),
  };
}

function isUrlWithHost(text: string, scheme: string): boolean {
  if (!text.startsWith(`${scheme}://`) || !URL.canParse(text)) return false;
  const { hostname, searchParams } = new URL(text);
  // PostgreSQL on a socket of the file system has its folder as a parameter.
  return hostname !== '' || searchParams.has('host');
}

/** Scheme, host and port of a web server, as browsers send it in `Origin` [RFC 6454 §7]. */
export const webOrigin: Format<string> = {
  takes: 'an origin such as https://app.example.org, without a path or a slash at the end',
  read: (text) =>
    /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text ? text : undefined,
};

/**
 * One address, or a block of them in CIDR notation; read in its shortest form. Refused is what may be
 * a slip: a short or octal form of IPv4, a zone, a block from another than its first address, one of
 * everybody, and one of IPv4 in the clothes of IPv6.
 */
export const addressOrBlock: Format<string> = {
  takes:
    'an IP address in full or a CIDR block from its first address on, such as 10.0.0.0/8, and not a block of everybody',
  read: (text) => (text.includes('/') ? plainBlock(text) : plainAddress(text)),
};

function plainAddress(text: string): string | undefined {
  const isPlain = text.includes(':')
    ? !text.includes('%') && ipaddr.IPv6.isValid(text)
    : ipaddr.IPv4.isValidFourPartDecimal(text);
  return isPlain ? ipaddr.process(text).toString() : undefined;
}

function plainBlock(text: string): string | undefined {
  const [address = '', bits = ''] = text.split('/');
  const first = plainAddress(address);
  if (first === undefined || !ipaddr.isValidCIDR(text) || Number(bits) === 0) return undefined;
  const network = address.includes(':') ? ipaddr.IPv6 : ipaddr.IPv4;
  // The block of a mapped address is written otherwise than `first`, which is IPv4 by now.
  if (network.networkAddressFromCIDR(text).toString() !== first) return undefined;
  return `${first}/${Number(bits)}`;
}

/** Members of one format between commas, each once, blanks around them ignored. */
export function listOf(member: Format<string>): Format<readonly string[]> {
  return {
    takes: `a comma-separated list without doubles, each member ${member.takes}`,
    read(text) {
      const members = text.split(',').map((part) => member.read(part.trim()));
      const isUnique = new Set(members).size === members.length;
      const found = members.filter((value) => value !== undefined);
      return isUnique && found.length === members.length ? found : undefined;
    },
  };
}
