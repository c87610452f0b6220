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
import { CONFIRMATION_LIMIT } from './email-verification-limits.js';

/** Servers' clocks differ. */
const GRACE_SECONDS = 3600;

const DELETE = `
  WITH ended AS MATERIALIZED (
    SELECT id FROM email_confirmations WHERE sent_at <= $1
    ORDER BY sent_at LIMIT $2 FOR UPDATE SKIP LOCKED
  )
  DELETE FROM email_confirmations c USING ended WHERE c.id = ended.id`;

/** Mails that are no longer counted. */
@Injectable()
export class EmailVerificationCleaner extends Cleaner {
  constructor(@InjectDataSource() private readonly database: DataSource) {
    super();
  }

  async clean({ now, ...bounds }: CleanUpScope): Promise<CleanedRows> {
    const before = addSeconds(now, -CONFIRMATION_LIMIT.windowSeconds - GRACE_SECONDS);
    const mails = await deleteInBatches(bounds, async (limit) => {
      const [, deleted] = await this.database.query<[unknown[], number]>(DELETE, [before, limit]);
      return deleted;
    });
    return { email_confirmations: mails };
  }
}
