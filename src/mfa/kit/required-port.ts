/**
 * Refuses to go on without a port of the host. A handler injects the port as optional, so that this error
 * and not one of Nest names it.
 *
 * @param port the name of its class
 * @throws {Error} that says what to do if the port is absent
 */
export function requiredPort<T>(handler: string, port: string, bound: T | undefined): T {
  if (bound !== undefined) return bound;
  throw new Error(
    `MFA handler "${handler}" misses the port ${port}: provide it in a module that exports it, and give that module to forRoot in "imports".`,
  );
}
