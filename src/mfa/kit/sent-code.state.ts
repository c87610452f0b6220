/** The stored state of an enrolment with sent codes. */
export interface SentCodeState {
  /** The address that was proven at set-up. A later change of the account does not move it. */
  readonly address: string;
}

/** The stored data of a sent code, until the code is used, replaced or too old. */
export interface SentCodeData {
  /** HMAC-SHA-256 of the code under `key`, in base64url. */
  readonly hash: string;
  /** 32 random bytes for this challenge alone, in base64url. */
  readonly key: string;
  /** In ISO 8601. From this instant on the code is too old. */
  readonly expiresAt: string;
}

/**
 * Reads a stored state. The shape of a value from a table is not trusted.
 *
 * @throws {Error} if it is no state of version 1
 */
export function parseSentCodeState(state: unknown, version: number): SentCodeState {
  const isState =
    version === 1 && typeof state === 'object' && state !== null && 'address' in state;
  if (!isState || typeof state.address !== 'string' || state.address === '') {
    throw new Error('This is not the state of a method whose codes are sent.');
  }
  return { address: state.address };
}
