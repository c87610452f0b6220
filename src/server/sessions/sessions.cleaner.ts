import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { EndedRowsCleaner } from '../retention/ended-rows.cleaner.js';

/**
 * The refresh tokens of a session end no later than its row says, also where somebody ended it
 * before: so long a spent one that comes back is recognized. The rest is for whoever has to find out
 * what happened.
 */
const KEPT_SECONDS = 7 * 24 * 3600;

/** Sessions that nothing can come from any more. */
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
