import { Injectable } from '@nestjs/common';
import sql from 'sql-template-tag';
import { type AttemptBudgets } from '../../core/ports/attempts.js';
import {
  type PayingSession,
  type SessionAttempt,
  SessionAttemptStore,
} from '../../core/ceremony/session-attempts.js';
import { redateLocks } from './misdated-locks.js';
import {
  countOnSession,
  giveBackToSession,
  lockedUntil,
  locksOf,
  type SessionCounts,
} from './session-count.js';
import { Statements } from '../database/statements.js';

/** Counts guesses in `mfa_session_attempts`. */
@Injectable()
export class TypeOrmSessionAttemptStore extends SessionAttemptStore {
  constructor(private readonly statements: Statements) {
    super();
  }

  async spend(
    session: PayingSession,
    budgets: AttemptBudgets,
    now: Date,
  ): Promise<SessionAttempt | null> {
    const own = sql`SELECT ${session.subjectId}::text, ${session.sessionId}::text,
      ${session.factor}::text`;
    const [row] = await this.statements.rowsBehindLock<SessionCounts>(
      session.subjectId,
      sql`WITH ${countOnSession(own, budgets, now)} SELECT * FROM session`,
    );
    if (row !== undefined) return { session, ...locksOf(row, budgets, now) };
    await redateLocks(this.statements, session.subjectId, { budgets, now });
    return null;
  }

  async lockedUntil({ subjectId, sessionId, factor }: PayingSession): Promise<Date | null> {
    const [row] = await this.statements.rows<{ locked_until: Date | null }>(
      sql`SELECT ${lockedUntil({
        subjectId: sql`${subjectId}`,
        sessionId: sql`${sessionId}::text`,
        factor: sql`${factor}`,
      })} AS locked_until`,
    );
    return row?.locked_until ?? null;
  }

  async giveBack({ session, ...locks }: SessionAttempt): Promise<void> {
    // It bypasses the account's line, so that it is never refused: every counted attempt is given
    // back.
    await this.statements.changed(giveBackToSession(session, locks));
  }
}
