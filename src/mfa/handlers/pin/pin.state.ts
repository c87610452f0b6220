/** The stored state of a PIN: a salted hash, never the PIN. */
export interface PinState {
  /** 16 random bytes in base64url. */
  readonly salt: string;
  /** scrypt of the PIN under the salt, 32 bytes in base64url. */
  readonly hash: string;
}

/**
 * Checks the shape of a stored state: what comes from a table is not trusted.
 *
 * @throws {Error} when this is not a state of version 1
 */
export function parsePinState(state: unknown, version: number): PinState {
  // Two members can be read of any value but null and undefined; their types are checked below.
  const { salt, hash } = (state ?? {}) as Partial<PinState>;
  if (version === 1 && typeof salt === 'string' && typeof hash === 'string') return { salt, hash };
  throw new Error('This is not the state of a PIN.');
}
