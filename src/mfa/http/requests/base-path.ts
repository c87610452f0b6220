/** The default base path of all routes. */
export const AUTH_BASE_PATH = 'api/auth';

/** One segment of a path: a parameter of the router, or characters without a meaning for it. */
const SEGMENT = /^:?[\w.~-]+$/;

/**
 * Removes the slashes at both ends of a path.
 *
 * @throws {Error} if the text is no path
 */
export function toBasePath(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '');
  if (segments.every((segment) => SEGMENT.test(segment))) return segments.join('/');
  throw new Error(
    `MfaModule options: path takes a path such as "auth", or "" for none, and not "${path}".`,
  );
}

/** Joins parts of a path and leaves out empty ones. */
export function joinPath(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('/');
}
