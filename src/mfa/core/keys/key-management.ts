/**
 * Port: a key management service, a hardware module, or a local master key. It wraps the keys that
 * protect rows. Unwrapped, these keys exist only in the memory of servers.
 *
 * Each key of a ring has 32 bytes. Keys are unwrapped when the server starts and when the ring is
 * replaced, not at each request.
 */
export abstract class KeyManagement {
  /** Names the wrapping key in messages; no secret. */
  abstract readonly keyId: string;

  /** The wrapped form of `dataKey`, which may be stored. */
  abstract wrap(dataKey: Uint8Array): Promise<Uint8Array>;

  /** @throws {Error} when `wrapped` is cut or altered, or another key wrapped it */
  abstract unwrap(wrapped: Uint8Array): Promise<Uint8Array>;
}
