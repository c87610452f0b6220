import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import {
  addSeconds,
  type CleanedRows,
  type CleanUpScope,
  deleteInBatches,
  GIVE_UP_SECONDS,
} from '../../mfa/index.js';
import { Cleaner } from '../clean-up/cleaner.js';
import { ServerConfig } from '../config/server-config.js';

/** Servers' clocks differ. */
const GRACE_SECONDS = 3600;

const DELETE = `
  WITH ended AS MATERIALIZED (
    SELECT user_id, id FROM former_passwords WHERE replaced_at <= $1
    ORDER BY replaced_at LIMIT $2 FOR UPDATE SKIP LOCKED
  )
  DELETE FROM former_passwords f USING ended
  WHERE f.user_id = ended.user_id AND f.id = ended.id`;

/** Passwords of before that no link can put back any more. */
@Injectable()
export class FormerPasswordsCleaner extends Cleaner {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: ServerConfig,
  ) {
    super();
  }

  async clean({ now, ...bounds }: CleanUpScope): Promise<CleanedRows> {
    // Whoever is told last, because mails could not be sent, has as long to answer.
    const keptSeconds = this.config.notMeLinkSeconds + GIVE_UP_SECONDS + GRACE_SECONDS;
    const before = addSeconds(now, -keptSeconds);
    const passwords = await deleteInBatches(bounds, async (limit) => {
      const [, deleted] = await this.database.query<[unknown[], number]>(DELETE, [before, limit]);
      return deleted;
    });
    return { former_passwords: passwords };
  }
}
