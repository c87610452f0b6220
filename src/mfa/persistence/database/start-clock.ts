import sql from 'sql-template-tag';
import { SystemClock } from '../../contract/clock.js';
import { DatabaseClock } from './database-clock.js';
import { type Statements } from './statements.js';

/** The clock of the host's database, already read once, so that no decision uses another clock. */
export async function startClock(statements: Statements): Promise<DatabaseClock> {
  const clock = new DatabaseClock(async () => readTime(statements), new SystemClock());
  await clock.adjust();
  return clock;
}

/** Reads a number, because the host's type parsers decide what a `timestamptz` becomes in JavaScript. */
async function readTime(statements: Statements): Promise<Date> {
  const [row] = await statements.rows<{ ms: number }>(
    sql`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms`,
  );
  return new Date(Number(row?.ms));
}
