import { ConfigError } from './config-error.js';

/**
 * Reads every item, and throws the errors of all items together.
 *
 * @throws {ConfigError} with the lines of each item that threw a {@link ConfigError}
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
