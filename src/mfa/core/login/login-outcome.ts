import { type JsonObject } from '../../contract/handler.js';
import { type IssuedResponse } from './issued-response.js';

/** A login, or a step-up, that waits for a proof. */
export interface MfaPending {
  readonly ephemeralToken: string;
  /** The method that is asked for: the primary one, unless another was named. */
  readonly method: string;
  /** Every method that may be chosen, the primary first. */
  readonly methods: readonly { readonly name: string; readonly displayName: string }[];
  readonly expiresAt: Date;
  /** What the method shows the client, or null. */
  readonly challenge: JsonObject | null;
}

/** What a right first factor leads to. */
export type LoginOutcome =
  /** No second factor is required: `tokens` is the body that the host's issuer made. */
  | (IssuedResponse & { readonly kind: 'passed' })
  | { readonly kind: 'pending'; readonly pending: MfaPending };
