import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { CLEAN_UP_GRACE_SECONDS, EndedRowsCleaner } from '../retention/ended-rows.cleaner.js';

/** Deletes expired links. The count of mails looks back no further than the grace period. */
@Injectable()
export class ReversalCleaner extends EndedRowsCleaner {
  constructor(@InjectDataSource() database: DataSource) {
    super(database, {
      table: 'repudiation_tokens',
      key: ['tag'],
      endedAt: 'expires_at',
      keptSeconds: CLEAN_UP_GRACE_SECONDS,
    });
  }
}
