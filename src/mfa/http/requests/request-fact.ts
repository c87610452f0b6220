/** A fact about a request that a guard sets and later code reads. */
export class RequestFact<T> {
  /** Kept beside the request, so that nothing from the client can replace it. */
  private readonly values = new WeakMap<object, T>();

  /** @param guard the name of the guard that sets the fact, for the error of {@link of} */
  constructor(private readonly guard: string) {}

  set(request: object, value: T): void {
    this.values.set(request, value);
  }

  /** The value, if the guard has set it. */
  find(request: object): T | undefined {
    return this.values.get(request);
  }

  /** @throws {Error} if the route lacks the guard */
  of(request: object): T {
    const value = this.values.get(request);
    if (value === undefined) throw new Error(`This route lacks @UseGuards(${this.guard}).`);
    return value;
  }
}
