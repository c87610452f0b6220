import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import { type ClientBase } from 'pg';
import { type DataSource } from 'typeorm';
import { PostgresQueryRunner } from 'typeorm/driver/postgres/PostgresQueryRunner.js';

/** What was sent to the database at once, and waited for. */
export interface LoggedStatement {
  readonly text: string;
  readonly values: unknown[];
}

const WRITES = /\b(INSERT|UPDATE|DELETE)\b/;
const ENDS_TRANSACTION = /^COMMIT/;
const BEGINS_TRANSACTION = /^START TRANSACTION/;
const CONTROLS_TRANSACTION = /^(START TRANSACTION|COMMIT|ROLLBACK|SET LOCAL)/;

/** Everything that went to the database while `action` ran, by whichever connection. */
export async function logStatements(action: () => Promise<unknown>): Promise<LoggedStatement[]> {
  const query = jest.spyOn(PostgresQueryRunner.prototype, 'query');
  try {
    await action();
    return query.mock.calls.map(([text, values]) => ({
      text: text.trim(),
      // TypeORM takes named parameters only for other databases.
      values: Array.isArray(values) ? values : [],
    }));
  } finally {
    query.mockRestore();
  }
}

/** Those that read or write rows, without what begins and ends transactions. */
export function rowStatements(statements: readonly LoggedStatement[]): LoggedStatement[] {
  return statements.filter(({ text }) => !CONTROLS_TRANSACTION.test(text));
}

/** How often the database had to make sure that something is on disk. */
export function countCommits(statements: readonly LoggedStatement[]): number {
  let isOpen = false;
  let commits = 0;
  for (const { text } of statements) {
    if (BEGINS_TRANSACTION.test(text)) isOpen = true;
    else if (ENDS_TRANSACTION.test(text)) isOpen = false;
    if (!isOpen && (ENDS_TRANSACTION.test(text) || WRITES.test(text))) commits += 1;
  }
  return commits;
}

/**
 * How PostgreSQL would run a statement if it must not read a table from end to end: a plan that does
 * so all the same has no index to use. Small tables are read so by choice.
 */
export async function planOf(
  dataSource: DataSource,
  { text, values }: LoggedStatement,
): Promise<string> {
  return dataSource.transaction(async (manager) => {
    await manager.query('SET LOCAL enable_seqscan = off');
    const lines = await manager.query<{ 'QUERY PLAN': string }[]>(`EXPLAIN ${text}`, values);
    return lines.map((line) => line['QUERY PLAN']).join('\n');
  });
}

/** PostgreSQL plans a statement so often for its values before it may keep one plan for all of them. */
const PLANS_FOR_VALUES = 5;

/**
 * Whether PostgreSQL keeps the plan of a statement that is prepared. It does not where the plan looks
 * dearer than one for the values at hand, and then plans each time.
 */
export async function keepsPlan(
  dataSource: DataSource,
  { text, values }: LoggedStatement,
): Promise<boolean> {
  const runner = dataSource.createQueryRunner();
  // What a runner of this database connects by is the driver's client.
  const client = (await runner.connect()) as ClientBase;
  // The driver remembers by its name what it has prepared once.
  const name = `keeps_plan_${randomUUID()}`;
  try {
    await client.query('BEGIN');
    await client.query('SET LOCAL enable_seqscan = off');
    for (let time = 0; time <= PLANS_FOR_VALUES; time++) {
      await client.query('SAVEPOINT before');
      // Planned it is in any case; what it writes may be there since it was logged.
      await client.query({ name, text, values }).catch(() => {});
      await client.query('ROLLBACK TO before');
    }
    const { rows } = await client.query<{ isKept: boolean }>(
      `SELECT generic_plans > 0 AS "isKept" FROM pg_prepared_statements WHERE name = '${name}'`,
    );
    return rows[0]?.isKept ?? false;
  } finally {
    await client.query('ROLLBACK');
    await client.query(`DEALLOCATE "${name}"`);
    await runner.release();
  }
}
