/** An error that a person can act on: shown without a stack. */
export class UsageError extends Error {}
