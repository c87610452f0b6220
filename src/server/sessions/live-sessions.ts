import { Injectable } from '@nestjs/common';
import { InjectDataSource, InjectRepository } from '@nestjs/typeorm';
import { DataSource, IsNull, MoreThan, Repository } from 'typeorm';
import { Clock, type RowUpdate } from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { Session } from './session.entity.js';

/** More of them end with the next sign-ins, as where the bound was lowered. */
const MOST_AT_ONCE = 10;

const USED_LONGEST_AGO = `
  SELECT id FROM (
    SELECT id, last_used_at FROM sessions
    WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2
    ORDER BY last_used_at DESC, id DESC OFFSET $3
  ) AS too_many
  ORDER BY last_used_at, id LIMIT ${MOST_AT_ONCE}`;

/** The sessions of one user that live, and their bound: no number of sign-ins makes a list without end. */
@Injectable()
export class LiveSessions {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    @InjectRepository(Session) private readonly sessions: Repository<Session>,
    private readonly config: ServerConfig,
    private readonly clock: Clock,
  ) {}

  /**
   * Those that may go on, the one used last first, and no more than may live.
   *
   * @param presentId the session that asks, which the list has in any case
   */
  async list(userId: string, presentId: string | null): Promise<Session[]> {
    const most = this.config.maxSessionsPerUser;
    const live = { userId, endedAt: IsNull(), expiresAt: MoreThan(this.clock.now()) };
    const order = { lastUsedAt: 'DESC', id: 'DESC' } as const;
    const newest = await this.sessions.find({ where: live, order, take: most });
    if (presentId === null || newest.some(({ id }) => id === presentId)) return newest;
    const present = await this.sessions.findBy({ ...live, id: presentId });
    return [...newest.slice(0, most - present.length), ...present];
  }

  /**
   * What makes room for one more session of a user, to be written with it: the ones that were used longest
   * ago end. Sign-ins of one moment may make room by the same ones; the next sign-in ends what is too many.
   */
  async changesThatMakeRoom(userId: string, now: Date): Promise<readonly RowUpdate[]> {
    const rows = await this.database.query<{ id: string }[]>(USED_LONGEST_AGO, [
      userId,
      now,
      this.config.maxSessionsPerUser - 1,
    ]);
    return rows.map(({ id }) => ({
      table: 'sessions',
      key: { user_id: userId, id, ended_at: null },
      set: { ended_at: now },
    }));
  }
}
