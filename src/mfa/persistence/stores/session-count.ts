import sql, { raw, type Sql } from 'sql-template-tag';
import { type AttemptBudgets, type SessionLocks } from '../../core/ports/attempts.js';
import { type PayingSession } from '../../core/ceremony/session-attempts.js';
import { ALL_SESSIONS, NO_SESSION } from '../../core/ports/reserved-session-ids.js';
import { lockAfter, lockEndOf, withoutAttempt } from './lock-after.js';

/** {@link ALL_SESSIONS} as a value. */
const ALL = raw(`'${ALL_SESSIONS}'`);

/** The failures with one attempt; null where it was not counted. */
export interface SessionCounts {
  /** Of its session. */
  readonly s_failures: number | null;
  /** Of all sessions of its user. */
  readonly all_failures: number | null;
}

/** The locks that an attempt with these counts sets. */
export function locksOf(
  { s_failures: ofOne, all_failures: ofAll }: SessionCounts,
  budgets: AttemptBudgets,
  now: Date,
): SessionLocks {
  const { maxFailuresPerSession, maxFailuresOverSessions } = budgets;
  return {
    locksSession: ofOne !== null && ofOne % maxFailuresPerSession === 0,
    locksAllSessions: ofAll !== null && ofAll % maxFailuresOverSessions === 0,
    lockEnds: {
      session: lockEndOf(ofOne, maxFailuresPerSession, budgets, now),
      allSessions: lockEndOf(ofAll, maxFailuresOverSessions, budgets, now),
    },
  };
}

/**
 * Parts of a `WITH` that count an attempt on its session and on all sessions of the user together.
 * The last one, `session`, has the {@link SessionCounts}, or no row while either is locked: then
 * nothing is counted. Rows changed by a concurrent request are read as it left them. Here as
 * everywhere, the session's row is locked before that of all sessions.
 *
 * @param source a `SELECT` of user, session and factor; the session is null if the host keeps none
 */
export function countOnSession(source: Sql, budgets: AttemptBudgets, now: Date): Sql {
  const { maxFailuresPerSession: ofOne, maxFailuresOverSessions: ofAll } = budgets;
  const isLocked = sql`EXISTS (SELECT 1 FROM held WHERE held.locked_until > ${now}::timestamptz)`;
  const one = sql`SELECT asked.user_id, asked.session_id, asked.factor FROM asked WHERE NOT ${isLocked}`;
  const all = sql`SELECT one.user_id, ${ALL}, one.factor FROM one`;
  const counting = { budgets, now };
  return sql`asked AS (
      SELECT given.user_id, coalesce(given.session_id, ${NO_SESSION}) AS session_id, given.factor
      FROM (${source}) AS given(user_id, session_id, factor)
    ), held AS MATERIALIZED (
      SELECT s.locked_until FROM asked JOIN mfa_session_attempts s ON s.user_id = asked.user_id
        AND s.session_id IN (asked.session_id, ${ALL}) AND s.factor = asked.factor
      ORDER BY s.session_id = ${ALL} FOR UPDATE OF s
    ), one AS (${countOnRow(one, ofOne, counting)}),
    everywhere AS (${countOnRow(all, ofAll, counting)}),
    session AS (
      SELECT one.failures AS s_failures, everywhere.failures AS all_failures
      FROM one CROSS JOIN everywhere
    )`;
}

/** `INSERT` that counts an attempt on one row, unless the row is locked. */
function countOnRow(
  source: Sql,
  budget: number,
  { budgets, now }: { readonly budgets: AttemptBudgets; readonly now: Date },
): Sql {
  return sql`INSERT INTO mfa_session_attempts AS s (user_id, session_id, factor, failures,
      locked_until, last_failed_at)
    SELECT own.user_id, own.session_id, own.factor, 1, ${lockAfter(sql`0`, budget, budgets, now)},
      ${now}::timestamptz
    FROM (${source}) AS own(user_id, session_id, factor)
    ON CONFLICT (user_id, session_id, factor) DO UPDATE SET failures = s.failures + 1,
      locked_until = ${lockAfter(sql`s.failures`, budget, budgets, now)},
      last_failed_at = excluded.last_failed_at
    WHERE s.locked_until IS NULL OR s.locked_until <= excluded.last_failed_at
    RETURNING s.user_id, s.factor, s.failures`;
}

/** A value: the latest end of the locks on a session's guesses, which may be past. */
export function lockedUntil(session: {
  readonly subjectId: Sql;
  readonly sessionId: Sql;
  readonly factor: Sql;
}): Sql {
  return sql`(SELECT max(s.locked_until) FROM mfa_session_attempts s
    WHERE s.user_id = ${session.subjectId} AND s.factor = ${session.factor}
      AND s.session_id IN (coalesce(${session.sessionId}, ${NO_SESSION}), ${ALL}))`;
}

/** `UPDATE` that takes back an attempt and the locks that it set. */
export function giveBackToSession(
  session: PayingSession,
  { lockEnds }: Pick<SessionLocks, 'lockEnds'>,
): Sql {
  const lockEnd = sql`(CASE WHEN s.session_id = ${ALL}
    THEN ${lockEnds.allSessions}::timestamptz ELSE ${lockEnds.session}::timestamptz END)`;
  return updateCounts(session, withoutAttempt('s', lockEnd));
}

/** `UPDATE` that forgives all failures at one factor, of the session and of all sessions together. */
export function forgiveSession(session: PayingSession): Sql {
  return updateCounts(session, sql`failures = 0, locked_until = NULL`);
}

function updateCounts({ subjectId, sessionId, factor }: PayingSession, changes: Sql): Sql {
  return sql`UPDATE mfa_session_attempts s SET ${changes}
    FROM (
      SELECT o.session_id FROM mfa_session_attempts o
      WHERE o.user_id = ${subjectId} AND o.factor = ${factor}
        AND o.session_id IN (${sessionId ?? NO_SESSION}, ${ALL})
      ORDER BY o.session_id = ${ALL} FOR UPDATE
    ) AS own
    WHERE s.user_id = ${subjectId} AND s.factor = ${factor} AND s.session_id = own.session_id`;
}
