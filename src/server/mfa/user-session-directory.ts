import { Injectable } from '@nestjs/common';
import {
  entityManagerOf,
  type LiveSession,
  SessionDirectory,
  type SessionKey,
  type Transaction,
} from '../../mfa/index.js';
import { LiveAccess } from '../sessions/live-access.js';

/** The server's sessions, for the library. A session of a user who may not continue counts as ended. */
@Injectable()
export class UserSessionDirectory extends SessionDirectory {
  constructor(private readonly liveAccess: LiveAccess) {
    super();
  }

  async find(
    { subjectId: userId, sessionId }: SessionKey,
    transaction?: Transaction,
  ): Promise<LiveSession | null> {
    const database = transaction === undefined ? [] : [entityManagerOf(transaction)];
    return this.liveAccess.find({ userId, sessionId }, ...database);
  }
}
