import sql from 'sql-template-tag';
import { SystemClock } from '../../contract/clock.js';
import { DatabaseClock } from './database-clock.js';
import { type Statements } from './statements.js';

/** The clock of the host's database, read once, so that nothing is decided by another one. */
export async function startClock(statements: Statements): Promise<DatabaseClock> {
  const clock = new DatabaseClock(async () => readTime(statements), new SystemClock());
  await clock.adjust();
  return clock;
}

/** As a number: what a `timestamptz` is in JavaScript is up to the host's types. */
async function readTime(statements: Statements): Promise<Date> {
  const [row] = await statements.rows<{ ms: number }>(
    sql`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms`,
  );
  return new Date(Number(row?.ms));
}
