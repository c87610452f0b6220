/** The beginning of a number in E.164: no country code begins with 0 [ITU-T E.164 §6.2]. */
const PREFIX = /^\+[1-9]\d{0,14}$/;

/** The numbers that may be enrolled, by their prefixes. */
export class AllowedPrefixes {
  /** Null: all numbers. */
  private readonly prefixes: readonly string[] | null;

  /** @throws {Error} for an empty list, which would allow no number, and for a prefix that no number has */
  constructor(handler: string, given: readonly string[] | undefined) {
    this.prefixes = given === undefined ? null : readPrefixes(given);
    if (this.prefixes?.length === 0 || this.prefixes?.some((prefix) => !PREFIX.test(prefix))) {
      throw new Error(
        `MFA handler "${handler}": allowedPrefixes takes a list of at least one beginning of numbers, such as +49 or +1 242.`,
      );
    }
  }

  /** @param number in E.164 */
  allow(number: string): boolean {
    return this.prefixes?.some((prefix) => number.startsWith(prefix)) ?? true;
  }
}

/** Plain JavaScript may pass other values than strings: they are checked as strings. */
function readPrefixes(given: readonly unknown[]): string[] {
  return Array.isArray(given) ? given.map((prefix) => String(prefix).replaceAll(' ', '')) : [];
}
