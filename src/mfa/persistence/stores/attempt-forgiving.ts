import sql, { empty, type Sql } from 'sql-template-tag';
import { type Settlement, type SpentAttempt } from '../../core/attempts.js';
import { type ChallengeRecord } from '../../core/stores.js';
import { withoutAttempt, withoutFailures } from './lock-after.js';
import { forgiveSession, giveBackToSession } from './session-count.js';

/**
 * Whether a right proof forgives what came before it. A backup code forgives its own attempt only;
 * so does a set-up that is confirmed: there is no end to the authenticators that a thief of a session
 * could set up.
 */
export function forgivesAll({ spent, proven }: Settlement): boolean {
  return proven.by === 'method' && spent.challenge.purpose !== 'enrol';
}

/** What becomes of the failures of the method, as changes of its row `m`. */
export function forgivenMethod(settlement: Settlement): Sql {
  if (forgivesAll(settlement)) return sql`failures = 0, locked_until = NULL`;
  const { counted, locksMethod } = settlement.spent;
  return withoutFailures('m', counted.onMethod ? sql`1` : sql`0`, locksMethod);
}

/** What becomes of the failures of the account, as changes of its row `a`. */
export function forgivenAccount(settlement: Settlement): Sql {
  const { counted, locksAccount } = settlement.spent;
  const ownAttempt = counted.onAccount ? sql`1` : sql`0`;
  const failures = forgivesAll(settlement) ? sql`gate.method_failures` : ownAttempt;
  return withoutFailures('a', failures, locksAccount);
}

/** A further part of a `WITH` that forgives the session, where the proof was given in one. */
export function forgivenSession(settlement: Settlement): Sql {
  const { challenge, counted, sessionId, locksSession } = settlement.spent;
  const { subjectId, purpose } = challenge;
  const session = { subjectId, sessionId };
  if (purpose !== 'login' && forgivesAll(settlement)) {
    return sql`, session AS (${forgiveSession(session)})`;
  }
  const ownAttempt = sql`${giveBackToSession(session, locksSession)} AND EXISTS (SELECT 1 FROM gate)`;
  return counted.onSession ? sql`, session AS (${ownAttempt})` : empty;
}

/** A statement that takes an attempt back from all that it was counted on. */
export function giveBackAttempt(spent: SpentAttempt): Sql {
  const { challenge, method, counted, sessionId, locksMethod, locksAccount, locksSession } = spent;
  const session = { subjectId: challenge.subjectId, sessionId };
  // Where the method has been forgiven meanwhile, the account has been too, by as much.
  const taken = counted.onMethod ? sql`least(gate.method_failures, 1)` : sql`1`;
  const parts = [
    sql`challenge AS (${giveBackToChallenge(challenge)})`,
    ...(counted.onMethod
      ? [
          sql`method AS (UPDATE mfa_methods m SET ${withoutAttempt('m', locksMethod)}
            FROM gate WHERE m.user_id = gate.user_id AND m.id = gate.method_id)`,
        ]
      : []),
    ...(counted.onAccount
      ? [
          sql`account AS (UPDATE mfa_accounts a SET ${withoutFailures('a', taken, locksAccount)}
            FROM gate WHERE a.user_id = gate.user_id)`,
        ]
      : []),
    ...(counted.onSession ? [sql`session AS (${giveBackToSession(session, locksSession)})`] : []),
  ];
  return parts.reduce(
    (statement, part) => sql`${statement}, ${part}`,
    sql`WITH gate AS (${lockedForGivingBack(challenge, counted.onMethod ? method.id : null)})`,
  );
}

/** `UPDATE` of a challenge, unless it is another one by now, with attempts of its own. */
export function giveBackToChallenge({ subjectId, id, createdAt }: ChallengeRecord): Sql {
  return sql`UPDATE mfa_challenges c SET attempts = greatest(c.attempts - 1, 0)
    FROM gate WHERE c.user_id = ${subjectId} AND c.id = ${id} AND c.created_at = ${createdAt}`;
}

function lockedForGivingBack({ subjectId, id }: ChallengeRecord, methodId: string | null): Sql {
  if (methodId === null) {
    return sql`SELECT a.user_id FROM mfa_accounts a
      JOIN mfa_challenges c ON c.user_id = a.user_id AND c.id = ${id}
      WHERE a.user_id = ${subjectId} FOR UPDATE OF a, c`;
  }
  return sql`SELECT a.user_id, m.id AS method_id, m.failures AS method_failures
    FROM mfa_accounts a
    JOIN mfa_challenges c ON c.user_id = a.user_id AND c.id = ${id}
    JOIN mfa_methods m ON m.user_id = a.user_id AND m.id = ${methodId}
    WHERE a.user_id = ${subjectId} FOR UPDATE OF a, c, m`;
}
