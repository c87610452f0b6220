import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { GIVE_UP_SECONDS } from '../../../mfa/index.js';
import { CLEAN_UP_GRACE_SECONDS, EndedRowsCleaner } from '../../retention/ended-rows.cleaner.js';
import { ServerConfig } from '../../config/server-config.js';

/** Deletes former addresses that no link can put back any more. */
@Injectable()
export class FormerAddressesCleaner extends EndedRowsCleaner {
  constructor(@InjectDataSource() database: DataSource, { notMeLinkSeconds }: ServerConfig) {
    super(database, {
      table: 'former_addresses',
      key: ['user_id', 'id'],
      endedAt: 'replaced_at',
      // As long as a former password: the link about it may be mailed late.
      keptSeconds: notMeLinkSeconds + GIVE_UP_SECONDS + CLEAN_UP_GRACE_SECONDS,
    });
  }
}
