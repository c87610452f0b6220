/**
 * A package that only the hosts of one handler install: it is loaded when that handler needs it,
 * and not by whoever reads the handler's file.
 */
export class OptionalPackage<T> {
  private loading: Promise<T> | undefined;

  /**
   * @param name as it is installed
   * @param load imports the package, and may make something of it
   */
  constructor(
    private readonly name: string,
    private readonly load: () => Promise<T>,
  ) {}

  /**
   * What was loaded; the package is imported once for all.
   *
   * @param handler the name of the handler that needs it, for the message
   * @throws {Error} that says what to install when the package is absent; whatever the package
   *   throws when it is present
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

  /** A package that is there and lacks one of its own has another remedy. */
  private isAbsence(error: unknown): boolean {
    return (
      error instanceof Error &&
      'code' in error &&
      error.code === 'ERR_MODULE_NOT_FOUND' &&
      error.message.startsWith(`Cannot find package '${this.name}' `)
    );
  }
}
