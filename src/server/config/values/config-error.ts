/**
 * An error that the operator can correct, in a setting, a database or a folder. It stops the start and is
 * shown line by line, without a stack.
 */
export class ConfigError extends Error {
  /** @param lines one sentence for each error, which names its variable or its place */
  constructor(
    readonly lines: readonly string[],
    options?: ErrorOptions,
  ) {
    super(lines.join('\n'), options);
    this.name = 'ConfigError';
  }
}
