import { type Authenticator } from '../ports/authenticators.js';
import {
  type Delivery,
  type JsonObject,
  type MfaHandler,
  type Subject,
} from '../../contract/handler.js';
import { type MethodRecord } from '../ports/stores.js';

/** Whose proof is asked for, and of which method. */
export interface ChallengeRequest {
  readonly subject: Subject;
  readonly handler: MfaHandler;
  readonly method: MethodRecord;
  /** Any of them may answer. */
  readonly authenticators: readonly Authenticator[];
}

/** What a handler makes of a {@link ChallengeRequest}. */
export interface ChallengeResult {
  /** What the answer is checked by, beside the state; null: nothing. */
  readonly data: unknown;
  /** What the client is shown, or null. */
  readonly shown: JsonObject | null;
  readonly delivery: Delivery | undefined;
}

/** The challenge of a handler. A handler that neither sends nor shows anything has none. */
export async function makeChallenge(
  { subject, handler, method, authenticators }: ChallengeRequest,
  now: Date,
): Promise<ChallengeResult> {
  const [first, ...others] = authenticators.map(({ state }) =>
    handler.parseState(state, method.stateVersion),
  );
  if (handler.challenge === undefined || first === undefined) {
    return { data: null, shown: null, delivery: undefined };
  }
  const states: [unknown, ...unknown[]] = [first, ...others];
  const { data, response, delivery } = await handler.challenge({ subject, states, now });
  return { data, shown: response, delivery };
}
