import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { GIVE_UP_SECONDS } from '../../../mfa/index.js';
import { CLEAN_UP_GRACE_SECONDS, EndedRowsCleaner } from '../../retention/ended-rows.cleaner.js';
import { ServerConfig } from '../../config/server-config.js';

/** Deletes former passwords that no link can put back any more. */
@Injectable()
export class FormerPasswordsCleaner extends EndedRowsCleaner {
  constructor(@InjectDataSource() database: DataSource, { notMeLinkSeconds }: ServerConfig) {
    super(database, {
      table: 'former_passwords',
      key: ['user_id', 'id'],
      endedAt: 'replaced_at',
      // A mail may be delayed for GIVE_UP_SECONDS; its reader has as long to answer as everybody
      // else.
      keptSeconds: notMeLinkSeconds + GIVE_UP_SECONDS + CLEAN_UP_GRACE_SECONDS,
    });
  }
}
