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

/** Servers' clocks differ; no count looks back behind the end of a link. */
const GRACE_SECONDS = 3600;

const DELETE = `
  WITH ended AS MATERIALIZED (
    SELECT user_id, id FROM password_reset_links WHERE expires_at <= $1
    ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED
  )
  DELETE FROM password_reset_links l USING ended
  WHERE l.user_id = ended.user_id AND l.id = ended.id`;

/** Links of password resets that nobody can use any more. */
@Injectable()
export class PasswordResetLinksCleaner extends Cleaner {
  constructor(@InjectDataSource() private readonly database: DataSource) {
    super();
  }

  async clean({ now, ...bounds }: CleanUpScope): Promise<CleanedRows> {
    const before = addSeconds(now, -GRACE_SECONDS);
    const links = await deleteInBatches(bounds, async (limit) => {
      const [, deleted] = await this.database.query<[unknown[], number]>(DELETE, [before, limit]);
      return deleted;
    });
    return { password_reset_links: links };
  }
}
