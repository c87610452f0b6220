import { ConfigError } from './config-error.js';

/**
 * Reads every item, so that a person sees the errors of the whole list and not of the first item alone.
 *
 * @throws {ConfigError} with the lines of each item that was refused with a {@link ConfigError}
 */
export function gatherErrors<T, R>(items: readonly T[], read: (item: T) => R): R[] {
  const lines: string[] = [];
  const results: R[] = [];
  for (const item of items) {
    try {
      results.push(read(item));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      lines.push(...error.lines);
    }
  }
  if (lines.length > 0) throw new ConfigError(lines);
  return results;
}
