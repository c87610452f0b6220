import sql, { raw, type Sql } from 'sql-template-tag';
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

/** An account, a method or a session, as statements name its row. */
type CountingRow = 'a' | 'm' | 's';

/** Changes of a row that counts failures, which take some from it and the lock that one of them brought. */
export function withoutFailures(row: CountingRow, failures: Sql, isLock: boolean | Sql): Sql {
  const [counted, lockedUntil] = [raw(`${row}.failures`), raw(`${row}.locked_until`)];
  return sql`failures = greatest(${counted} - ${failures}, 0),
    locked_until = CASE WHEN ${isLock} THEN NULL ELSE ${lockedUntil} END`;
}

/** As {@link withoutFailures}, of the one attempt that brought it. */
export function withoutAttempt(row: CountingRow, isLock: boolean | Sql): Sql {
  return withoutFailures(row, sql`1`, isLock);
}
