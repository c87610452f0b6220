import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { CLEAN_UP_GRACE_SECONDS, EndedRowsCleaner } from '../../retention/ended-rows.cleaner.js';
import { CONFIRMATION_LIMIT } from './email-verification-limits.js';

/** Deletes mails that are no longer counted. */
@Injectable()
export class EmailVerificationCleaner extends EndedRowsCleaner {
  constructor(@InjectDataSource() database: DataSource) {
    super(database, {
      table: 'email_confirmations',
      key: ['id'],
      endedAt: 'sent_at',
      keptSeconds: CONFIRMATION_LIMIT.windowSeconds + CLEAN_UP_GRACE_SECONDS,
    });
  }
}
