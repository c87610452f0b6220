import sql, { type Sql } from 'sql-template-tag';
import { type AttemptBudgets } from '../../core/attempts.js';
import { lockAfter, withoutAttempt } from './lock-after.js';

/** Names a row of `mfa_session_attempts`. */
export interface CountedSession {
  readonly subjectId: string;
  readonly sessionId: string | null;
}

/** Where the host keeps no sessions, all that a user does counts as done in one. */
export const NO_SESSION = '';

/** Whether a session of this many failures is locked by the last one. */
export function isLockedAt(failures: number, budgets: AttemptBudgets): boolean {
  return failures % budgets.maxFailuresPerSession === 0;
}

/**
 * `INSERT` that counts an attempt of a session, or nothing while it is locked. A row that another
 * request has changed meanwhile is seen as that one left it.
 *
 * @param source a `SELECT` of user and session, the latter null where the host keeps none
 */
export function countOnSession(source: Sql, budgets: AttemptBudgets, now: Date): Sql {
  const { maxFailuresPerSession: budget } = budgets;
  return sql`INSERT INTO mfa_session_attempts AS s (user_id, session_id, failures, locked_until,
      last_failed_at)
    SELECT given.user_id, coalesce(given.session_id, ${NO_SESSION}), 1,
      ${lockAfter(sql`0`, budget, budgets, now)}, ${now}::timestamptz
    FROM (${source}) AS given(user_id, session_id)
    ON CONFLICT (user_id, session_id) DO UPDATE SET failures = s.failures + 1,
      locked_until = ${lockAfter(sql`s.failures`, budget, budgets, now)},
      last_failed_at = excluded.last_failed_at
    WHERE s.locked_until IS NULL OR s.locked_until <= excluded.last_failed_at
    RETURNING s.failures`;
}

/** `UPDATE` that takes an attempt from a session, and the lock that it brought. */
export function giveBackToSession(session: CountedSession, isLock: boolean): Sql {
  return sql`UPDATE mfa_session_attempts s SET ${withoutAttempt('s', isLock)}
    WHERE ${isOf(session)}`;
}

/** `UPDATE` that forgives all failures of a session, once `gate` has yielded a row. */
export function forgiveSession(session: CountedSession): Sql {
  return sql`UPDATE mfa_session_attempts s SET failures = 0, locked_until = NULL
    FROM gate WHERE ${isOf(session)}`;
}

function isOf({ subjectId, sessionId }: CountedSession): Sql {
  return sql`s.user_id = ${subjectId} AND s.session_id = ${sessionId ?? NO_SESSION}`;
}
