import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, MoreThan, Repository } from 'typeorm';
import { Clock } from '../../mfa/index.js';
import { Session } from './session.entity.js';

/** Sessions in one list: nothing bounds how many somebody has, and a list of all of them holds up everybody. */
export const MOST_SESSIONS_LISTED = 100;

/** What people see of their sessions. */
@Injectable()
export class SessionList {
  constructor(
    @InjectRepository(Session) private readonly sessions: Repository<Session>,
    private readonly clock: Clock,
  ) {}

  /**
   * The sessions of a user that may go on, the one used last first.
   *
   * @param presentId the session that asks, which the list has in any case
   * @returns at most {@link MOST_SESSIONS_LISTED}
   */
  async live(userId: string, presentId: string | null): Promise<Session[]> {
    const live = { userId, endedAt: IsNull(), expiresAt: MoreThan(this.clock.now()) };
    const order = { lastUsedAt: 'DESC', id: 'DESC' } as const;
    const newest = await this.sessions.find({ where: live, order, take: MOST_SESSIONS_LISTED });
    if (presentId === null || newest.some(({ id }) => id === presentId)) return newest;
    const present = await this.sessions.findBy({ ...live, id: presentId });
    return [...newest.slice(0, MOST_SESSIONS_LISTED - present.length), ...present];
  }
}
