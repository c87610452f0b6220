/** Whether an operation of the system failed with this code, for example `ENOENT`. */
export function isSystemError(error: unknown, code: string): boolean {
  return systemErrorCode(error) === code;
}

/** The code of a failed operation of the system, for example `ENOENT`; undefined for other errors. */
export function systemErrorCode(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
