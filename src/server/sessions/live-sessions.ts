import { Injectable } from '@nestjs/common';
import { InjectDataSource, InjectRepository } from '@nestjs/typeorm';
import { DataSource, IsNull, MoreThan, Repository } from 'typeorm';
import { Clock, type RowUpdate } from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { Session } from './session.entity.js';

/** If more are too many, as after the limit was lowered, they end with the next sign-ins. */
const MOST_AT_ONCE = 10;

const USED_LONGEST_AGO = `
  SELECT id FROM (
    SELECT id, last_used_at FROM sessions
    WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2
    ORDER BY last_used_at DESC, id DESC OFFSET $3
  ) AS too_many
  ORDER BY last_used_at, id LIMIT ${MOST_AT_ONCE}`;

/** The live sessions of a user and their limit: their number stays bounded, however often somebody signs in. */
@Injectable()
export class LiveSessions {
  /**
   * SQL expression for a row of `users`: whether the user has room for one more session. It needs no clock,
   * and so counts sessions that expired too.
   */
  readonly roomForOneMore: string;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    @InjectRepository(Session) private readonly sessions: Repository<Session>,
    private readonly config: ServerConfig,
    private readonly clock: Clock,
  ) {
    this.roomForOneMore = `NOT EXISTS (
      SELECT 1 FROM sessions s WHERE s.user_id = users.id AND s.ended_at IS NULL
      OFFSET ${config.maxSessionsPerUser - 1})`;
  }

  /**
   * The live sessions, most recently used first, at most as many as the limit.
   *
   * @param presentId the asking session, which the list always contains
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
   * The changes that make room for one more session, to be written with it: they end the least
   * recently used sessions. Concurrent sign-ins may end the same ones; the next sign-in ends the
   * surplus.
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
