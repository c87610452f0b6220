import sql, { empty, type Sql } from 'sql-template-tag';
import { BACKUP_CODE, type Settlement, type UnreadAttempt } from '../../core/ports/attempts.js';
import { targetOf } from './attempt-target.js';
import { requiredRows } from './fragments.js';
import { lockAfter } from './lock-after.js';
import { type PresentCredentials } from './present-credentials.js';
import { countOnSession } from './session-count.js';

/**
 * Selects and locks the attempt if every budget except the session's allows it.
 *
 * @param credentials those of the subject, which must be those of the challenge
 */
export function spendableAttempt(request: UnreadAttempt, credentials: PresentCredentials): Sql {
  const { key, purpose, sessionId, handlers, budgets, now } = request;
  const { join, columns, isAlive, failures, locked } = targetOf(request.isOfMethod);
  const isGuessable = isGuessableIn(request);
  // A backup code is a guess even where a signature is expected.
  const isGuess = request.backupLookups.length > 0 ? sql`true` : isGuessable;
  const isUnlocked = sql`(NOT ${isGuessable} OR m.locked_until IS NULL OR m.locked_until <= ${now})
      AND (NOT ${isGuess} OR a.locked_until IS NULL OR a.locked_until <= ${now})`;
  return sql`
    SELECT a.user_id, c.id AS challenge_id, ${columns},
      ${credentials.columns}coalesce(c.session_id, ${sessionId}::text) AS session_id,
      ${isGuessable} AS is_guessable, ${isGuess} AS is_guess, ${guessedFactor(request)} AS factor
    FROM mfa_accounts a
    JOIN mfa_challenges c ON c.user_id = a.user_id AND c.id = ${key.id} ${credentials.condition}
    ${join}
    WHERE a.user_id = ${key.subjectId} AND c.purpose = ${purpose}
      AND c.handler = ANY(${handlers}::text[])
      AND c.consumed_at IS NULL AND c.expires_at > ${now}
      AND c.attempts < ${budgets.maxAttemptsPerChallenge}
      AND ${isAlive} AND (NOT ${isGuessable} OR ${failures} < ${budgets.maxFailuresEver})
      ${purpose === 'login' ? sql`AND ${isUnlocked}` : empty}
    FOR UPDATE OF ${locked}`;
}

function isGuessableIn({ unguessable }: UnreadAttempt): Sql {
  return sql`c.handler <> ALL(${unguessable}::text[])`;
}

/** The factor that an attempt at a challenge `c` is counted for. */
export function guessedFactor(request: UnreadAttempt): Sql {
  return sql`CASE WHEN ${isGuessableIn(request)} THEN c.handler ELSE ${BACKUP_CODE} END`;
}

/**
 * Parts of a `WITH` that count the attempt of `gate`. The last one, `counted`, has one row with the
 * counts, or none while the session is locked. A login counts on method and account, everything
 * else on sessions.
 */
export function countAttempt({ purpose, budgets, now }: UnreadAttempt): Sql {
  if (purpose !== 'login') {
    const guesses = sql`SELECT gate.user_id, gate.session_id, gate.factor FROM gate
      WHERE gate.is_guess`;
    return sql`${countOnSession(guesses, budgets, now)}, counted AS (
      SELECT NULL::int AS m_failures, NULL::int AS a_failures, session.s_failures,
        session.all_failures
      FROM gate LEFT JOIN session ON true WHERE NOT gate.is_guess OR EXISTS (SELECT 1 FROM session))`;
  }
  return sql`method AS (
      UPDATE mfa_methods m SET failures = m.failures + 1,
        locked_until = ${lockAfter(sql`m.failures`, budgets.maxFailuresPerMethod, budgets, now)}
      FROM gate WHERE m.user_id = gate.user_id AND m.id = gate.m_id AND gate.is_guessable
      RETURNING m.failures
    ), account AS (
      UPDATE mfa_accounts a SET failures = a.failures + 1,
        locked_until = ${lockAfter(sql`a.failures`, budgets.maxFailuresPerAccount, budgets, now)}
      FROM gate WHERE a.user_id = gate.user_id AND gate.is_guess RETURNING a.failures
    ), counted AS (
      SELECT (SELECT method.failures FROM method) AS m_failures,
        (SELECT account.failures FROM account) AS a_failures, NULL::int AS s_failures,
        NULL::int AS all_failures FROM gate)`;
}

/** Selects and locks what was judged, and the rows that are required, if nothing has changed since. */
export function unchanged({ spent, proven, rowUpdates }: Settlement): Sql {
  const { challenge, method } = spent;
  const { join, isAlive, failures, locked } = targetOf(method !== null);
  const isSameMethod =
    method === null ? empty : sql`AND c.method_id = ${method.id} AND m.version = ${method.version}`;
  const isByCode = proven.by === 'backup_code';
  const required = requiredRows(rowUpdates);
  return sql`
    SELECT a.user_id, c.id AS challenge_id, ${failures} AS method_failures
    FROM mfa_accounts a
    JOIN mfa_challenges c ON c.user_id = a.user_id AND c.id = ${challenge.id}
    ${join}
    ${isByCode ? sql`JOIN mfa_backup_codes b ON b.user_id = a.user_id AND b.lookup = ${proven.lookup}` : empty}
    ${required.join}
    WHERE a.user_id = ${challenge.subjectId} AND c.consumed_at IS NULL
      AND c.version = ${challenge.version} AND ${isAlive} ${isSameMethod}
      ${isByCode ? sql`AND b.spent_at IS NULL` : empty}
    FOR UPDATE OF ${locked}${isByCode ? sql`, b` : empty}${required.locked}`;
}
