/** What is kept of a PIN: not the PIN. */
export interface PinState {
  /** 16 random bytes in base64url. */
  readonly salt: string;
  /** scrypt of the PIN under the salt, 32 bytes in base64url. */
  readonly hash: string;
}

/**
 * Reads what was stored, as nothing that comes from a table is trusted to have its shape.
 *
 * @throws {Error} when this is not a state of version 1
 */
export function parsePinState(state: unknown, version: number): PinState {
  // Whatever it is, it can be asked for two members; their types are looked at below.
  const { salt, hash } = (state ?? {}) as Partial<PinState>;
  if (version === 1 && typeof salt === 'string' && typeof hash === 'string') return { salt, hash };
  throw new Error('This is not the state of a PIN.');
}
