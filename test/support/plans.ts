import { jest } from '@jest/globals';
import { type DataSource } from 'typeorm';

/**
 * The plans of each statement of `action` with sequential scans disabled: a plan that still scans a
 * table has no usable index. PostgreSQL prefers to scan small tables.
 */
export async function plansOf(
  dataSource: DataSource,
  action: () => Promise<unknown>,
): Promise<string[]> {
  const statements = jest.spyOn(dataSource, 'query');
  await action();
  const { calls } = statements.mock;
  statements.mockRestore();
  return dataSource.transaction(async (manager) => {
    await manager.query('SET LOCAL enable_seqscan = off');
    await manager.query('SET LOCAL enable_bitmapscan = off');
    const plans: string[] = [];
    for (const [text, parameters] of calls) {
      const lines = await manager.query<{ 'QUERY PLAN': string }[]>(`EXPLAIN ${text}`, parameters);
      plans.push(lines.map((line) => line['QUERY PLAN']).join('\n'));
    }
    return plans;
  });
}
