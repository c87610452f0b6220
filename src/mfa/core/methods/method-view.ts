import { type Authenticator, holdsSeveral, works } from '../ports/authenticators.js';
import { type JsonObject, type MfaHandler, type Subject } from '../../contract/handler.js';
import { type MethodRecord } from '../ports/stores.js';

/** An entry of the list of methods. Every registered handler has one. */
export interface MethodView {
  readonly name: string;
  readonly displayName: string;
  readonly isActive: boolean;
  readonly isPrimary: boolean;
  readonly isSetUp: boolean;
  readonly createdAt: Date | null;
  readonly confirmedAt: Date | null;
  readonly lastUsedAt: Date | null;
  /** {@link MfaHandler.describe} */
  readonly details: JsonObject;
}

/** The entry of a handler. @param method of the subject; undefined when it is not set up */
export function methodView(handler: MfaHandler, method: MethodRecord | undefined): MethodView {
  return {
    name: handler.name,
    displayName: handler.displayName,
    isActive: method?.isActive ?? false,
    isPrimary: method?.isPrimary ?? false,
    isSetUp: method !== undefined,
    createdAt: method?.createdAt ?? null,
    confirmedAt: method?.confirmedAt ?? null,
    lastUsedAt: method?.lastUsedAt ?? null,
    details: method === undefined ? {} : detailsOf(handler, method),
  };
}

/** The entry of one of several authenticators. */
export function authenticatorView(
  handler: MfaHandler,
  authenticator: Authenticator,
  method: MethodRecord,
): JsonObject {
  const { id, label, createdAt, lastUsedAt, state } = authenticator;
  const confirmedAt = works(authenticator, method) ? authenticator.confirmedAt : null;
  return {
    ...handler.describe(handler.parseState(state, method.stateVersion)),
    id,
    label,
    created_at: createdAt.toISOString(),
    confirmed_at: confirmedAt?.toISOString() ?? null,
    last_used_at: lastUsedAt?.toISOString() ?? null,
  };
}

/**
 * What a front end passes on to the keeper of a method's authenticators, such as a password manager; null
 * when there is nothing to pass on.
 *
 * @param method after the change; null when it is gone
 */
export function signalView(
  handler: MfaHandler,
  subject: Subject,
  method: Pick<MethodRecord, 'authenticators' | 'stateVersion'> | null,
): JsonObject | null {
  const { authenticators, stateVersion } = method ?? { authenticators: [], stateVersion: 0 };
  const states = authenticators.map(({ state }) => handler.parseState(state, stateVersion));
  return handler.signal?.({ subject, states }) ?? null;
}

function detailsOf(handler: MfaHandler, method: MethodRecord): JsonObject {
  const { authenticators, stateVersion } = method;
  if (!holdsSeveral(handler)) {
    const shown = authenticators.map(({ state }) =>
      handler.describe(handler.parseState(state, stateVersion)),
    );
    return Object.assign({}, ...shown) as JsonObject;
  }
  return {
    authenticators: authenticators.map((authenticator) =>
      authenticatorView(handler, authenticator, method),
    ),
  };
}
