/**
 * A port that the host has to bind, which a handler injects as optional so that its absence is told
 * in a sentence of ours.
 *
 * @param port the name of the port's class
 * @throws {Error} that says what to do when the port is absent
 */
export function requiredPort<T>(handler: string, port: string, bound: T | undefined): T {
  if (bound !== undefined) return bound;
  throw new Error(
    `MFA handler "${handler}" misses the port ${port}: provide it in a module that exports it, and give that module to forRoot in "imports".`,
  );
}
