import { type AttemptRequest, type Refusal } from '../../core/ports/attempts.js';

/** The rows that a refused attempt met. */
export interface AttemptState {
  handler: string;
  attempts: number;
  is_open: boolean;
  is_alive: boolean;
  method_failures: number;
  method_locked_until: Date | null;
  account_locked_until: Date | null;
  session_locked_until: Date | null;
}

/** The parts of a request that decide which locks apply. */
type LockedRequest = Pick<
  AttemptRequest,
  'purpose' | 'handlers' | 'unguessable' | 'backupLookups' | 'budgets' | 'now'
>;

/**
 * Why an attempt was refused, or null if nothing stands in its way any more.
 *
 * In this order: no open challenge; its method is gone; the proof does not fit its method; the
 * account or the session is locked; the method is locked; the challenge has no attempts left.
 */
export function refusalOf(state: AttemptState | undefined, request: LockedRequest): Refusal | null {
  if (!state?.is_open) return { reason: 'no_challenge' };
  if (!state.is_alive) return { reason: 'method_gone' };
  const { handler, attempts } = state;
  if (!request.handlers.includes(handler)) return { reason: 'unreadable', handler };
  const isExhausted = attempts >= request.budgets.maxAttemptsPerChallenge;
  return lockOf(state, request) ?? (isExhausted ? { reason: 'exhausted' } : null);
}

/** Whether only time stands in the way. Then a wrong clock may have set the lock. */
export function isOfTime(refusal: Refusal | null): boolean {
  return refusal !== null && 'until' in refusal && refusal.until !== null;
}

/**
 * Proofs that cannot be guessed meet no lock. Logins meet the locks of account and method, others
 * those of sessions.
 */
function lockOf(state: AttemptState, request: LockedRequest): Refusal | null {
  const { purpose, unguessable, backupLookups, budgets, now } = request;
  const isGuessable = !unguessable.includes(state.handler);
  const isGuess = isGuessable || backupLookups.length > 0;
  const isLogin = purpose === 'login';
  const until = isLogin ? state.account_locked_until : state.session_locked_until;
  if (isGuess && until !== null && until > now) {
    return { reason: isLogin ? 'account_locked' : 'session_locked', until };
  }
  if (!isGuessable) return null;
  if (state.method_failures >= budgets.maxFailuresEver) {
    return { reason: 'method_locked', until: null };
  }
  const methodUntil = isLogin ? state.method_locked_until : null;
  return methodUntil !== null && methodUntil > now
    ? { reason: 'method_locked', until: methodUntil }
    : null;
}
