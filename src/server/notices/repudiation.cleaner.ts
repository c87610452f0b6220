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

/** Servers' clocks differ, and the count of notices looks back for as long. */
const GRACE_SECONDS = 3600;

const DELETE = `
  WITH ended AS MATERIALIZED (
    SELECT tag FROM repudiation_tokens WHERE expires_at <= $1
    ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED
  )
  DELETE FROM repudiation_tokens t USING ended WHERE t.tag = ended.tag`;

/** Links that nobody can use any more. */
@Injectable()
export class RepudiationCleaner extends Cleaner {
  constructor(@InjectDataSource() private readonly database: DataSource) {
    super();
  }

  async clean({ now, ...bounds }: CleanUpScope): Promise<CleanedRows> {
    const before = addSeconds(now, -GRACE_SECONDS);
    const tokens = await deleteInBatches(bounds, async (limit) => {
      const [, deleted] = await this.database.query<[unknown[], number]>(DELETE, [before, limit]);
      return deleted;
    });
    return { repudiation_tokens: tokens };
  }
}
