import { type DataSource } from 'typeorm';
import {
  addSeconds,
  type CleanedRows,
  type RetentionScope,
  deleteInBatches,
} from '../../mfa/index.js';
import { Cleaner } from './cleaner.js';

/** Servers' clocks differ: what has ended for one is not yet gone for another. */
export const CLEAN_UP_GRACE_SECONDS = 3600;

/** Rows that have no meaning some time after an instant that each of them names. */
export interface EndedRows {
  readonly table: string;
  /** The columns of its primary key. */
  readonly key: readonly string[];
  /** The column of the instant; it has an index. */
  readonly endedAt: string;
  readonly keptSeconds: number;
}

/** Deletes the rows of one table that are over, and leaves alone what others are at. */
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

/** The names are our own: none of them comes from outside. */
function deletionOf({ table, key, endedAt }: EndedRows): string {
  return `
    WITH ended AS MATERIALIZED (
      SELECT ${key.join(', ')} FROM ${table} WHERE ${endedAt} <= $1
      ORDER BY ${endedAt} LIMIT $2 FOR UPDATE SKIP LOCKED
    )
    DELETE FROM ${table} t USING ended
    WHERE ${key.map((column) => `t.${column} = ended.${column}`).join(' AND ')}`;
}
