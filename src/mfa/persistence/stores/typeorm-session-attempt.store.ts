import { Injectable } from '@nestjs/common';
import sql from 'sql-template-tag';
import { type AttemptBudgets } from '../../core/attempts.js';
import {
  type PayingSession,
  type SessionAttempt,
  SessionAttemptStore,
} from '../../core/session-attempts.js';
import { countOnSession, giveBackToSession, isLockedAt, NO_SESSION } from './session-count.js';
import { Statements } from './statements.js';

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
    const own = sql`SELECT ${session.subjectId}::text, ${session.sessionId}::text`;
    const [row] = await this.statements.rows<{ failures: number }>(
      sql`WITH session AS (${countOnSession(own, budgets, now)}) SELECT failures FROM session`,
    );
    if (row === undefined) return null;
    return { session, locksSession: isLockedAt(row.failures, budgets) };
  }

  async lockedUntil({ subjectId, sessionId }: PayingSession): Promise<Date | null> {
    const [row] = await this.statements.rows<{ locked_until: Date | null }>(
      sql`SELECT locked_until FROM mfa_session_attempts
        WHERE user_id = ${subjectId} AND session_id = ${sessionId ?? NO_SESSION}`,
    );
    return row?.locked_until ?? null;
  }

  async giveBack({ session, locksSession }: SessionAttempt): Promise<void> {
    await this.statements.changed(giveBackToSession(session, locksSession));
  }
}
