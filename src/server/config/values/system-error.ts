/** Whether an operation of the system failed for the reason that `code` names, such as `ENOENT`. */
export function isSystemError(error: unknown, code: string): boolean {
  return systemErrorCode(error) === code;
}

/** The reason why an operation of the system failed, such as `ENOENT`; undefined for other errors. */
export function systemErrorCode(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
