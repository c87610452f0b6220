/** Something that a guard found out about a request, for those that handle it afterwards. */
export class RequestFact<T> {
  /** Beside the request, not on it: nothing that a client sends can take its place. */
  private readonly values = new WeakMap<object, T>();

  /** @param guard the name of the guard that states the fact, for the message when it did not run */
  constructor(private readonly guard: string) {}

  set(request: object, value: T): void {
    this.values.set(request, value);
  }

  has(request: object): boolean {
    return this.values.has(request);
  }

  /** @throws {Error} when the route lacks the guard */
  of(request: object): T {
    const value = this.values.get(request);
    if (value === undefined) throw new Error(`This route lacks @UseGuards(${this.guard}).`);
    return value;
  }
}
