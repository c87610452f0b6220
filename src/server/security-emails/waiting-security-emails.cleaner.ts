import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { GIVE_UP_SECONDS } from '../../mfa/index.js';
import { CLEAN_UP_GRACE_SECONDS, EndedRowsCleaner } from '../retention/ended-rows.cleaner.js';

/** Deletes waiting security e-mails that were given up. */
@Injectable()
export class WaitingSecurityEmailsCleaner extends EndedRowsCleaner {
  constructor(@InjectDataSource() database: DataSource) {
    super(database, {
      table: 'waiting_notices',
      key: ['user_id', 'delivery_id'],
      endedAt: 'created_at',
      keptSeconds: GIVE_UP_SECONDS + CLEAN_UP_GRACE_SECONDS,
    });
  }
}
