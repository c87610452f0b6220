import { type Authenticator } from '../ports/authenticators.js';
import {
  type Delivery,
  type JsonObject,
  type MfaHandler,
  type Subject,
} from '../../contract/handler.js';
import { type MethodRecord } from '../ports/stores.js';

/** What a method asks of the client. */
export interface Question {
  /** What will check the answer; null where nothing but the state does. */
  readonly data: unknown;
  /** What the client is shown, or null. */
  readonly shown: JsonObject | null;
  readonly delivery: Delivery | undefined;
}

/** Who is asked, and of which method. */
export interface Asking {
  readonly handler: MfaHandler;
  readonly method: MethodRecord;
  /** Those that may answer. */
  readonly authenticators: readonly Authenticator[];
  readonly subject: Subject;
  readonly now: Date;
}

/** Has a handler make its challenge. One that neither sends nor shows anything asks by its name alone. */
export async function ask({
  handler,
  method,
  authenticators,
  subject,
  now,
}: Asking): Promise<Question> {
  const [first, ...others] = authenticators.map(({ payload }) =>
    handler.parseState(payload, method.payloadVersion),
  );
  if (handler.challenge === undefined || first === undefined) {
    return { data: null, shown: null, delivery: undefined };
  }
  const states: [unknown, ...unknown[]] = [first, ...others];
  const { data, response, delivery } = await handler.challenge({ subject, states, now });
  return { data, shown: response, delivery };
}
