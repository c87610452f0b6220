/**
 * What keeps keys: a key management service, a hardware module, or a master key at hand. The keys
 * that protect rows are kept wrapped by it, and are in the clear in the memory of servers alone.
 *
 * A ring holds keys of 32 bytes. They are unwrapped at the start and when the ring is replaced, not
 * at each request.
 */
export abstract class KeyManagement {
  /** Names the key that wraps, in sentences for people; no secret. */
  abstract readonly keyId: string;

  /** What is kept in the place of `dataKey`. */
  abstract wrap(dataKey: Uint8Array): Promise<Uint8Array>;

  /** @throws {Error} when `wrapped` is cut, altered, or was wrapped by another key */
  abstract unwrap(wrapped: Uint8Array): Promise<Uint8Array>;
}
