/**
 * A package that only the hosts of one handler install. It is loaded when the handler needs it, not
 * when the file of the handler is imported.
 */
export class OptionalPackage<T> {
  private loading: Promise<T> | undefined;

  /**
   * @param name as npm installs it
   * @param load imports the package and returns it, or something made of it
   */
  constructor(
    private readonly name: string,
    private readonly load: () => Promise<T>,
  ) {}

  /**
   * Imports the package once and returns the result.
   *
   * @param handler the name of the handler, for the error
   * @throws {Error} that says what to install if the package is absent, and any error of the package itself
   */
  async loadFor(handler: string): Promise<T> {
    this.loading ??= this.load();
    try {
      return await this.loading;
    } catch (error) {
      if (!this.isAbsence(error)) throw error;
      const remedy = `npm install ${this.name}`;
      throw new Error(`MFA handler "${handler}" needs the package ${this.name}: ${remedy}.`, {
        cause: error,
      });
    }
  }

  /** Not for a package that is installed and lacks one of its own dependencies. */
  private isAbsence(error: unknown): boolean {
    return (
      error instanceof Error &&
      'code' in error &&
      error.code === 'ERR_MODULE_NOT_FOUND' &&
      error.message.startsWith(`Cannot find package '${this.name}' `)
    );
  }
}
