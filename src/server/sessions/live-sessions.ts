import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, MoreThan, Repository } from 'typeorm';
import { Clock, type IssuedTokens, type MfaEvent } from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { Session } from './session.entity.js';

/** The live sessions of a user and their limit: their number stays bounded, however often somebody signs in. */
@Injectable()
export class LiveSessions {
  constructor(
    @InjectRepository(Session) private readonly sessions: Repository<Session>,
    private readonly config: ServerConfig,
    private readonly clock: Clock,
  ) {}

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
   * Makes room for a new session, by ending those that were used longest ago.
   *
   * @param event tells that a session was displaced, and by which one
   */
  roomFor(event: MfaEvent): NonNullable<IssuedTokens['displacement']> {
    const { subject, sessionId = null, at } = event;
    const most = this.config.maxSessionsPerUser;
    return {
      function: 'end_surplus_sessions',
      arguments: [subject.id, sessionId, most, at],
      event,
    };
  }
}
