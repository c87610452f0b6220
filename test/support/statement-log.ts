import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import { type ClientBase } from 'pg';
import { type DataSource } from 'typeorm';
import { PostgresQueryRunner } from 'typeorm/driver/postgres/PostgresQueryRunner.js';

/** A statement that was sent to the database. */
export interface LoggedStatement {
  readonly text: string;
  readonly values: unknown[];
}

const WRITES = /\b(INSERT|UPDATE|DELETE)\b/;
const ENDS_TRANSACTION = /^COMMIT/;
const BEGINS_TRANSACTION = /^START TRANSACTION/;
const CONTROLS_TRANSACTION = /^(START TRANSACTION|COMMIT|ROLLBACK|SET LOCAL)/;

/** All statements during `action`, over any connection. */
export async function logStatements(action: () => Promise<unknown>): Promise<LoggedStatement[]> {
  const query = jest.spyOn(PostgresQueryRunner.prototype, 'query');
  try {
    await action();
    return query.mock.calls.map(([text, values]) => ({
      text: text.trim(),
      // TypeORM uses named parameters only for other databases.
      values: Array.isArray(values) ? values : [],
    }));
  } finally {
    query.mockRestore();
  }
}

/** The statements that read or write rows, without those that control transactions. */
export function rowStatements(statements: readonly LoggedStatement[]): LoggedStatement[] {
  return statements.filter(({ text }) => !CONTROLS_TRANSACTION.test(text));
}

/** The number of commits, explicit or implicit. */
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
 * The plan of a statement with sequential scans disabled: a plan that still scans a table has no
 * usable index. PostgreSQL prefers to scan small tables.
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

/** PostgreSQL makes this many custom plans before it may use a generic one. */
const PLANS_FOR_VALUES = 5;

/**
 * Whether PostgreSQL uses a generic plan for a prepared statement. It does not if that plan looks
 * more expensive than custom ones, and then plans the statement each time.
 */
export async function keepsPlan(
  dataSource: DataSource,
  { text, values }: LoggedStatement,
): Promise<boolean> {
  const runner = dataSource.createQueryRunner();
  // The runner's connection is the driver's client.
  const client = (await runner.connect()) as ClientBase;
  // The driver remembers prepared statements by name.
  const name = `keeps_plan_${randomUUID()}`;
  try {
    await client.query('BEGIN');
    await client.query('SET LOCAL enable_seqscan = off');
    for (let time = 0; time <= PLANS_FOR_VALUES; time++) {
      await client.query('SAVEPOINT before');
      // The statement is planned even if it fails: its rows may already exist.
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
