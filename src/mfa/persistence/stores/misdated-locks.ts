import sql, { raw, type Sql } from 'sql-template-tag';
import { type AttemptBudgets, type Refusal } from '../../core/ports/attempts.js';
import { ALL_SESSIONS } from '../../core/ports/reserved-session-ids.js';
import { isOfTime } from './attempt-refusal.js';
import { type Statements } from '../database/statements.js';

/** The latest end of a lock that the failures of a row `r` could set now. */
function latestEnd(budget: Sql, { lockSeconds }: AttemptBudgets, now: Date): Sql {
  const times = sql`ceil(r.failures / (${budget})::numeric)::int`;
  return sql`(${now}::timestamptz + make_interval(secs => (${lockSeconds}::int[])[
    greatest(least(${times}, ${lockSeconds.length}::int), 1)]))`;
}

/**
 * Shortens locks that a fast clock has set, as if they were set now. Nobody gains a try by it, and
 * nobody stays locked out until the right clock has caught up.
 *
 * @returns whether there was such a lock
 */
export async function redateLocks(
  statements: Statements,
  subjectId: string,
  { budgets, now }: { readonly budgets: AttemptBudgets; readonly now: Date },
): Promise<boolean> {
  const redate = (table: string, budget: Sql, rows: Sql) => {
    const end = latestEnd(budget, budgets, now);
    return sql`UPDATE ${raw(table)} r SET locked_until = ${end}
      WHERE r.user_id = ${subjectId} AND r.locked_until > ${end} AND ${rows} RETURNING 1`;
  };
  const { maxFailuresPerMethod, maxFailuresPerAccount } = budgets;
  const { maxFailuresPerSession: ofOne, maxFailuresOverSessions: ofAll } = budgets;
  const [counts] = await statements.rowsBehindLock<{ redated: number }>(
    subjectId,
    // Each part counts the rows of the previous one, so that all writers lock in one order.
    sql`WITH account AS (${redate('mfa_accounts', sql`${maxFailuresPerAccount}::int`, sql`true`)}),
      method AS (${redate(
        'mfa_methods',
        sql`${maxFailuresPerMethod}::int`,
        sql`(SELECT count(*) FROM account) >= 0`,
      )}), one AS (${redate(
        'mfa_session_attempts',
        sql`${ofOne}::int`,
        sql`r.session_id <> ${ALL_SESSIONS} AND (SELECT count(*) FROM method) >= 0`,
      )}), everywhere AS (${redate(
        'mfa_session_attempts',
        sql`${ofAll}::int`,
        sql`r.session_id = ${ALL_SESSIONS} AND (SELECT count(*) FROM one) >= 0`,
      )})
      SELECT ((SELECT count(*) FROM account) + (SELECT count(*) FROM method)
        + (SELECT count(*) FROM one) + (SELECT count(*) FROM everywhere))::int AS redated`,
  );
  return (counts?.redated ?? 0) > 0;
}

/** Finds a refusal, and looks again if {@link redateLocks} has shortened its lock. */
export async function refusalOfRightTime(
  statements: Statements,
  request: {
    readonly key: { readonly subjectId: string };
    readonly budgets: AttemptBudgets;
    readonly now: Date;
  },
  find: () => Promise<Refusal | null>,
): Promise<Refusal | null> {
  const refusal = await find();
  if (!isOfTime(refusal)) return refusal;
  const isRedated = await redateLocks(statements, request.key.subjectId, request);
  return isRedated ? find() : refusal;
}
