import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { CLEAN_UP_GRACE_SECONDS, EndedRowsCleaner } from '../../retention/ended-rows.cleaner.js';

/** Deletes changes of addresses that are over, confirmed or not. */
@Injectable()
export class EmailChangesCleaner extends EndedRowsCleaner {
  constructor(@InjectDataSource() database: DataSource) {
    super(database, {
      table: 'email_changes',
      key: ['user_id'],
      endedAt: 'expires_at',
      keptSeconds: CLEAN_UP_GRACE_SECONDS,
    });
  }
}
