import { type AttemptRequest, type Refusal } from '../../core/attempts.js';

/** What a refused attempt found. */
export interface AttemptState {
  handler: string;
  attempts: number;
  is_open: boolean;
  is_alive: boolean;
  method_failures: number;
  method_locked_until: Date | null;
  account_locked_until: Date | null;
}

/**
 * Why an attempt was refused, or null when nothing stands in its way any more.
 *
 * Rules: 1. no open challenge; 2. its method is gone; 3. the proof is not one of its method;
 * 4. the account is locked; 5. the method is; 6. the challenge has no attempts left.
 */
export function refusalOf(
  state: AttemptState | undefined,
  request: Pick<AttemptRequest, 'handlers' | 'budgets' | 'now'>,
): Refusal | null {
  const { handlers, budgets, now } = request;
  if (!state?.is_open) return { reason: 'no_challenge' };
  if (!state.is_alive) return { reason: 'method_gone' };
  if (!handlers.includes(state.handler)) return { reason: 'unreadable', handler: state.handler };
  const { account_locked_until: accountUntil, method_locked_until: methodUntil } = state;
  if (accountUntil !== null && accountUntil > now) {
    return { reason: 'account_locked', until: accountUntil };
  }
  if (state.method_failures >= budgets.maxFailuresEver) {
    return { reason: 'method_locked', until: null };
  }
  if (methodUntil !== null && methodUntil > now) {
    return { reason: 'method_locked', until: methodUntil };
  }
  return state.attempts >= budgets.maxAttemptsPerChallenge ? { reason: 'exhausted' } : null;
}
