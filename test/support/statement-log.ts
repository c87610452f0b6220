import { jest } from '@jest/globals';
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
