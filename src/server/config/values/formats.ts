import ipaddr from 'ipaddr.js';
import { z } from 'zod';

/** The schema of a text that reads as a `T`. Its description completes the sentence "NAME takes …". */
export type Format<T> = z.ZodType<T, string>;

/** A format by a function: `read` gives the value of a text, or undefined for a text of another form. */
export function format<T>(takes: string, read: (text: string) => T | undefined): Format<T> {
  const schema = z.string(takes).transform((text, context): T => {
    const value = read(text);
    if (value !== undefined) return value;
    context.addIssue(takes);
    return z.NEVER;
  });
  return schema.describe(takes);
}

/** The description of a format: completes the sentence "NAME takes …". */
export function takenBy(schema: z.ZodType): string {
  return schema.description ?? 'another value';
}

/** Any text. */
export const anyText: Format<string> = z.string('a text').describe('a text');

/** `true` or `false`. */
export const trueOrFalse: Format<boolean> = oneOf('true', 'false')
  .transform((text) => text === 'true')
  .describe('true or false');

/** Decimal digits, `least` to `greatest`, both included. */
export function wholeNumber(least: number, greatest: number): Format<number> {
  const takes = `a whole number from ${least} to ${greatest}`;
  return z
    .string(takes)
    .regex(/^\d{1,9}$/, takes)
    .transform(Number)
    .pipe(z.number().min(least, takes).max(greatest, takes))
    .describe(takes);
}

/** One of the given words. */
export function oneOf<const Word extends string>(...words: readonly Word[]): Format<Word> {
  const takes = words.join(' or ');
  return z.enum(words, takes).describe(takes);
}

/** A text that `pattern` matches. */
export function matching(pattern: RegExp, takes: string): Format<string> {
  return z.string(takes).regex(pattern, takes).describe(takes);
}

/** A text that passes `isRight`. */
export function textThat(isRight: (text: string) => boolean, takes: string): Format<string> {
  return z.string(takes).refine(isRight, takes).describe(takes);
}

/** A condition on a URL beside its form. */
interface UrlRule {
  /** Ends the description of the format. */
  readonly takes: string;
  accepts(url: URL): boolean;
}

/** A URL of one of the given schemes, which are written without the colon. */
export function urlOf(
  schemes: readonly string[],
  further: UrlRule = { takes: '', accepts: () => true },
): Format<string> {
  return textThat(
    (text) => schemes.some((one) => isUrlWithHost(text, one)) && further.accepts(new URL(text)),
    `a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')} and names a host${further.takes}`,
  );
}

function isUrlWithHost(text: string, scheme: string): boolean {
  if (!text.startsWith(`${scheme}://`) || !URL.canParse(text)) return false;
  const { hostname, searchParams } = new URL(text);
  // A URL of PostgreSQL on a Unix socket has its folder as a parameter.
  return hostname !== '' || searchParams.has('host');
}

/** Scheme, host and port of a web server, as in the header `Origin` [RFC 6454 §7]. */
export const webOrigin: Format<string> = textThat(
  (text) => /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text,
  'an origin such as https://app.example.org, without a path or a slash at the end',
);

/**
 * One address, or a block of them in CIDR notation, read in its shortest form. A text that may be a slip
 * is refused: a short or octal form of IPv4, a zone, a block that does not begin at its first address, a
 * block of every address, and a block of IPv4-mapped IPv6 addresses.
 */
export const addressOrBlock: Format<string> = format(
  'an IP address in full or a CIDR block from its first address on, such as 10.0.0.0/8, and not a block of everybody',
  (text) => (text.includes('/') ? plainBlock(text) : plainAddress(text)),
);

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
  // `first` of an IPv4-mapped block is IPv4 by now, so a mapped block never equals it.
  if (network.networkAddressFromCIDR(text).toString() !== first) return undefined;
  return `${first}/${Number(bits)}`;
}

/** Members of one format between commas, each once. Blanks around a member are ignored. */
export function listOf(member: Format<string>): Format<readonly string[]> {
  const members = z.array(member);
  return format(
    `a comma-separated list without doubles, each member ${takenBy(member)}`,
    (text) => {
      const { data } = members.safeParse(text.split(',').map((part) => part.trim()));
      return data !== undefined && new Set(data).size === data.length ? data : undefined;
    },
  );
}
