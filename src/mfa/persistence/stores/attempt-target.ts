import sql, { empty, type Sql } from 'sql-template-tag';
import { IS_ALIVE, METHOD_COLUMNS } from './rows.js';

/** What tells the statements on a challenge `c` of an account `a` apart: a method is proven, or the password. */
interface AttemptTarget {
  /** Brings in the method as `m`. */
  readonly join: Sql;
  /** {@link METHOD_COLUMNS}, or a null `m_id`. */
  readonly columns: Sql;
  /** Whether what the challenge asks for is still what it was opened for. */
  readonly isAlive: Sql;
  /** Consecutive failures, of which there may be {@link AttemptBudgets.maxFailuresEver}. */
  readonly failures: Sql;
  /** What is locked, in this order. */
  readonly locked: Sql;
}

const METHOD: AttemptTarget = {
  join: sql`JOIN mfa_methods m ON m.user_id = c.user_id AND m.id = c.method_id`,
  columns: sql`${METHOD_COLUMNS}`,
  isAlive: sql`${IS_ALIVE}`,
  failures: sql`m.failures`,
  locked: sql`a, c, m`,
};

/** A method that has become active is what a step-up asks for from then on. */
const PASSWORD: AttemptTarget = {
  join: empty,
  columns: sql`NULL::uuid AS m_id`,
  isAlive: sql`(c.method_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM mfa_methods m WHERE m.user_id = c.user_id AND m.is_active))`,
  failures: sql`0`,
  locked: sql`a, c`,
};

/** The one branch of all statements on attempts. @param isOfMethod {@link AttemptRequest.isOfMethod} */
export function targetOf(isOfMethod: boolean): AttemptTarget {
  return isOfMethod ? METHOD : PASSWORD;
}
