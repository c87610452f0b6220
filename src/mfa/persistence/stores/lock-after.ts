import sql, { type Sql } from 'sql-template-tag';
import { type AttemptBudgets } from '../../core/attempts.js';

/** The lock that a further failure sets: at each multiple of the budget, each longer than the last. */
export function lockAfter(
  failures: Sql,
  budget: number,
  { lockSeconds }: AttemptBudgets,
  now: Date,
): Sql {
  return sql`CASE WHEN (${failures} + 1) % ${budget}::int = 0 THEN ${now}::timestamptz
    + make_interval(secs => (${lockSeconds}::int[])[
        least((${failures} + 1) / ${budget}::int, ${lockSeconds.length}::int)])
    ELSE NULL END`;
}
