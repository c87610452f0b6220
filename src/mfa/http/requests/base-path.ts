/** Where every route of sign-in and of second factors begins unless the module is told otherwise. */
export const AUTH_BASE_PATH = 'api/auth';

/** Of a path: a parameter of the router, or letters, digits and what else means nothing to it. */
const SEGMENT = /^:?[\w.~-]+$/;

/**
 * A path without slashes at its ends.
 *
 * @throws {Error} for what is no path
 */
export function toBasePath(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '');
  if (segments.every((segment) => SEGMENT.test(segment))) return segments.join('/');
  throw new Error(
    `MfaModule options: path takes a path such as "auth", or "" for none, and not "${path}".`,
  );
}

/** Parts of a path as one, those that are empty left out. */
export function joinPath(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('/');
}
