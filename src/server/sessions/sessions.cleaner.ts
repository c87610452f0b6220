import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import {
  addSeconds,
  type CleanedRows,
  type CleanUpScope,
  deleteInBatches,
} from '../../mfa/index.js';
import { Cleaner } from '../clean-up/cleaner.js';

/**
 * The refresh tokens of a session end no later than its row says, also where somebody ended it
 * before: so long a spent one that comes back is recognized. The rest is for whoever has to find out
 * what happened.
 */
const GRACE_SECONDS = 7 * 24 * 3600;

const DELETE = `
  WITH ended AS MATERIALIZED (
    SELECT user_id, id FROM sessions WHERE expires_at <= $1
    ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED
  )
  DELETE FROM sessions s USING ended WHERE s.user_id = ended.user_id AND s.id = ended.id`;

/** Sessions that nothing can come from any more. */
@Injectable()
export class SessionsCleaner extends Cleaner {
  constructor(@InjectDataSource() private readonly database: DataSource) {
    super();
  }

  async clean({ now, ...bounds }: CleanUpScope): Promise<CleanedRows> {
    const before = addSeconds(now, -GRACE_SECONDS);
    const sessions = await deleteInBatches(bounds, async (limit) => {
      const [, deleted] = await this.database.query<[unknown[], number]>(DELETE, [before, limit]);
      return deleted;
    });
    return { sessions };
  }
}
