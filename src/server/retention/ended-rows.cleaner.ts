import { type DataSource } from 'typeorm';
import {
  addSeconds,
  type CleanedRows,
  type RetentionScope,
  deleteInBatches,
} from '../../mfa/index.js';
import { Cleaner } from './cleaner.js';

/** Keeps rows a while longer, in case a clock was wrong. */
export const CLEAN_UP_GRACE_SECONDS = 3600;

/** Rows that expire some time after an instant that each of them names. */
export interface EndedRows {
  readonly table: string;
  /** The columns of its primary key. */
  readonly key: readonly string[];
  /** The column of the instant, which has an index. */
  readonly endedAt: string;
  readonly keptSeconds: number;
}

/** Deletes the expired rows of one table, and skips rows that others have locked. */
export abstract class EndedRowsCleaner extends Cleaner {
  private readonly statement: string;

  protected constructor(
    private readonly database: DataSource,
    private readonly rows: EndedRows,
  ) {
    super();
    this.statement = deletionOf(rows);
  }

  async clean({ now, ...bounds }: RetentionScope): Promise<CleanedRows> {
    const { table, keptSeconds } = this.rows;
    const before = addSeconds(now, -keptSeconds);
    const deleted = await deleteInBatches(bounds, async (limit) => {
      const [, count] = await this.database.query<[unknown[], number]>(this.statement, [
        before,
        limit,
      ]);
      return count;
    });
    return { [table]: deleted };
  }
}

/** The names are constants of ours, so this cannot inject SQL. */
function deletionOf({ table, key, endedAt }: EndedRows): string {
  return `
    WITH ended AS MATERIALIZED (
      SELECT ${key.join(', ')} FROM ${table} WHERE ${endedAt} <= $1
      ORDER BY ${endedAt} LIMIT $2 FOR UPDATE SKIP LOCKED
    )
    DELETE FROM ${table} t USING ended
    WHERE ${key.map((column) => `t.${column} = ended.${column}`).join(' AND ')}`;
}
