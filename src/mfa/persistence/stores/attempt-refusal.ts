import sql, { empty, type Sql } from 'sql-template-tag';
import { type AttemptRequest, type Refusal } from '../../core/ports/attempts.js';
import { guessedFactor } from './attempt-gate.js';
import { targetOf } from './attempt-target.js';
import { lockedUntil } from './session-count.js';

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

/**
 * Selects the {@link AttemptState} of an attempt. A challenge of a method stays open without it, so that
 * somebody is told; one of a password ends where a method has become active.
 */
export function attemptState(request: AttemptRequest): Sql {
  const { key, purpose, credentialsVersion, isOfMethod, now } = request;
  const { isAlive } = targetOf(isOfMethod);
  const asked = {
    subjectId: sql`c.user_id`,
    sessionId: sql`coalesce(c.session_id, ${request.sessionId}::text)`,
    factor: guessedFactor(request),
  };
  return sql`SELECT c.handler, c.attempts, c.purpose = ${purpose}
      AND c.credentials_version = ${credentialsVersion}
      AND c.consumed_at IS NULL AND c.expires_at > ${now}
      ${isOfMethod ? empty : sql`AND ${isAlive}`} AS is_open,
      ${isOfMethod ? sql`coalesce(m.id IS NOT NULL AND ${isAlive}, false)` : sql`true`} AS is_alive,
      coalesce(m.failures, 0) AS method_failures, m.locked_until AS method_locked_until,
      a.locked_until AS account_locked_until, ${lockedUntil(asked)} AS session_locked_until
    FROM mfa_challenges c JOIN mfa_accounts a ON a.user_id = c.user_id
    LEFT JOIN mfa_methods m ON m.user_id = c.user_id AND m.id = c.method_id
    WHERE c.user_id = ${key.subjectId} AND c.id = ${key.id}`;
}

/**
 * Why an attempt was refused, or null if nothing stands in its way any more.
 *
 * In this order: no open challenge; its method is gone; the proof does not fit its method; the
 * account or the session is locked; the method is locked; the challenge has no attempts left.
 */
export function refusalOf(
  state: AttemptState | undefined,
  request: AttemptRequest,
): Refusal | null {
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
function lockOf(state: AttemptState, request: AttemptRequest): Refusal | null {
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
