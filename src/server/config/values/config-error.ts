/**
 * The server cannot start, and a person can put it right: a setting, a database, a folder. Shown as
 * it is, one line for each error, without a stack.
 */
export class ConfigError extends Error {
  /** @param lines one sentence for each error, each naming its variable or its place */
  constructor(
    readonly lines: readonly string[],
    options?: ErrorOptions,
  ) {
    super(lines.join('\n'), options);
    this.name = 'ConfigError';
  }
}
