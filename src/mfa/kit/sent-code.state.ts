/** What is kept of an enrolment whose codes are sent. */
export interface SentCodeState {
  /** The address that was proven at set-up. A later change of the account's own moves nothing. */
  readonly address: string;
}

/** What is kept of a sent code until it is used, replaced or too old. */
export interface SentCodeData {
  /** HMAC-SHA-256 of the code under `key`, in base64url. */
  readonly hash: string;
  /** 32 random bytes of this challenge alone, in base64url. */
  readonly key: string;
  /** ISO 8601; at this instant the code is too old. */
  readonly expiresAt: string;
}

/**
 * Reads what was stored, as nothing that comes from a table is trusted to have its shape.
 *
 * @throws {Error} when this is not a state of version 1
 */
export function parseSentCodeState(state: unknown, version: number): SentCodeState {
  const isState =
    version === 1 && typeof state === 'object' && state !== null && 'address' in state;
  if (!isState || typeof state.address !== 'string' || state.address === '') {
    throw new Error('This is not the state of a method whose codes are sent.');
  }
  return { address: state.address };
}
