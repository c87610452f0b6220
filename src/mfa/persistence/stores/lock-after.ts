import sql, { raw, type Sql } from 'sql-template-tag';
import { type AttemptBudgets } from '../../core/ports/attempts.js';
import { addSeconds } from '../../contract/clock.js';

/**
 * The lock that one more failure sets: one at each multiple of the budget, each longer than the
 * last, up to the longest.
 */
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

/** The end of the lock that {@link lockAfter} set for an attempt; null: none. `failures` includes the attempt. */
export function lockEndOf(
  failures: number | null,
  budget: number,
  { lockSeconds }: AttemptBudgets,
  now: Date,
): Date | null {
  if (failures === null || failures % budget !== 0) return null;
  const seconds = lockSeconds[Math.min(failures / budget, lockSeconds.length) - 1];
  return seconds === undefined ? null : addSeconds(now, seconds);
}

/** The alias of an account, a method or a session. */
type CountingRow = 'a' | 'm' | 's';

/** Assignments that take failures from a row, and the lock with this end, if it is still there. */
export function withoutFailures(row: CountingRow, failures: Sql, lockEnd: Date | null | Sql): Sql {
  const [counted, lockedUntil] = [raw(`${row}.failures`), raw(`${row}.locked_until`)];
  return sql`failures = greatest(${counted} - ${failures}, 0),
    locked_until = nullif(${lockedUntil}, ${lockEnd}::timestamptz)`;
}

/** As {@link withoutFailures}, for one attempt. */
export function withoutAttempt(row: CountingRow, lockEnd: Date | null | Sql): Sql {
  return withoutFailures(row, sql`1`, lockEnd);
}
