import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { EndedRowsCleaner } from '../retention/ended-rows.cleaner.js';

/**
 * A session's refresh tokens expire no later than its row says, even if the session was ended
 * before; until then the reuse of a spent one is recognised. The additional time is for an
 * investigation.
 */
const KEPT_SECONDS = 7 * 24 * 3600;

/** Deletes sessions some time after their last refresh token has expired. */
@Injectable()
export class SessionsCleaner extends EndedRowsCleaner {
  constructor(@InjectDataSource() database: DataSource) {
    super(database, {
      table: 'sessions',
      key: ['user_id', 'id'],
      endedAt: 'expires_at',
      keptSeconds: KEPT_SECONDS,
    });
  }
}
