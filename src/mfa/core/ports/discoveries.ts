import { type Transaction } from './stores.js';

/** By what an authenticator names its subject. */
export interface SubjectHandle {
  /** {@link DiscoverableFactor.realm} */
  readonly realm: string;
  /** As the authenticator keeps it. */
  readonly value: string;
}

/** Port: keeps what a login needs that begins before anybody is named. */
export abstract class DiscoveryStore {
  /** The subject with this handle; null when nobody has it. A handle is never given to another subject. */
  abstract subjectOf(handle: SubjectHandle): Promise<string | null>;
  /** Whether the nonce of a login is spent. */
  abstract isSpent(nonce: string): Promise<boolean>;
  /**
   * Spends the nonce of a login. False: it was spent before, by whomever.
   *
   * @param expiresAt after which no token names the nonce any more. It is kept for an hour longer
   */
  abstract spendNonce(nonce: string, expiresAt: Date, transaction: Transaction): Promise<boolean>;
}
