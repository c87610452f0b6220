import { type SpentAttempt, type UnreadAttempt } from '../../core/ports/attempts.js';
import { lockEndOf } from './lock-after.js';
import { locksOf, type SessionCounts } from './session-count.js';

/** What an attempt was counted on, with the failures that include it. */
export interface CountedRow extends SessionCounts {
  session_id: string | null;
  factor: string;
  /** Null where the attempt was not counted on it. */
  m_failures: number | null;
  a_failures: number | null;
}

/** The counts of an attempt, and the locks that it sets. */
export function countsOf(
  row: CountedRow,
  { budgets, now }: UnreadAttempt,
): Omit<SpentAttempt, 'challenge' | 'method' | 'backupCode'> {
  const { maxFailuresPerMethod, maxFailuresPerAccount, maxFailuresEver } = budgets;
  const { m_failures: ofMethod, a_failures: ofAccount, s_failures: ofSession } = row;
  const { lockEnds, ...locks } = locksOf(row, budgets, now);
  const endsMethod = ofMethod !== null && ofMethod >= maxFailuresEver;
  return {
    endsMethod,
    sessionId: row.session_id,
    factor: row.factor,
    counted: {
      onMethod: ofMethod !== null,
      onAccount: ofAccount !== null,
      onSession: ofSession !== null,
    },
    locksMethod: endsMethod || (ofMethod !== null && ofMethod % maxFailuresPerMethod === 0),
    locksAccount: ofAccount !== null && ofAccount % maxFailuresPerAccount === 0,
    ...locks,
    lockEnds: {
      ...lockEnds,
      method: lockEndOf(ofMethod, maxFailuresPerMethod, budgets, now),
      account: lockEndOf(ofAccount, maxFailuresPerAccount, budgets, now),
    },
  };
}
