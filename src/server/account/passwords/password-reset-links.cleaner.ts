import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { CLEAN_UP_GRACE_SECONDS, EndedRowsCleaner } from '../../retention/ended-rows.cleaner.js';

/** Deletes expired links of password resets: no count looks further back than the end of a link. */
@Injectable()
export class PasswordResetLinksCleaner extends EndedRowsCleaner {
  constructor(@InjectDataSource() database: DataSource) {
    super(database, {
      table: 'password_reset_links',
      key: ['user_id', 'id'],
      endedAt: 'expires_at',
      keptSeconds: CLEAN_UP_GRACE_SECONDS,
    });
  }
}
