import sql, { empty, type Sql } from 'sql-template-tag';
import { methodOf, type Settlement, type SpentAttempt } from '../../core/ports/attempts.js';
import { mayAnswer } from '../../core/ports/authenticators.js';
import { type ChallengeRecord } from '../../core/ports/stores.js';
import { withoutAttempt, withoutFailures } from './lock-after.js';
import { forgiveSession, giveBackToSession } from './session-count.js';

/**
 * Whether a right proof forgives the failures before it. A backup code forgives its own attempt
 * only. So does the confirmation of an enrolment: the thief of a session could enrol authenticators
 * without end.
 */
export function forgivesAll({ spent, proven }: Settlement): boolean {
  return proven.by === 'method' && spent.challenge.purpose !== 'enrol';
}

/**
 * Whether a right proof shows that the guesses at its factor, in a session, were its owner's. Where several
 * authenticators may answer, the wrong proofs were judged by all of them, and one may be a thief's.
 */
function provesFactor(settlement: Settlement): boolean {
  const { challenge, method, factor } = settlement.spent;
  if (method === null) return true;
  const isOfOne = mayAnswer(challenge, method).length === 1;
  return forgivesAll(settlement) && factor === challenge.handler && isOfOne;
}

/** The new failures and lock of the method, as assignments to its row `m`. */
export function forgivenMethod(settlement: Settlement): Sql {
  if (forgivesAll(settlement)) return sql`failures = 0, locked_until = NULL`;
  const { counted, lockEnds } = settlement.spent;
  return withoutFailures('m', counted.onMethod ? sql`1` : sql`0`, lockEnds.method);
}

/** The new failures and lock of the account, as assignments to its row `a`. */
export function forgivenAccount(settlement: Settlement): Sql {
  const { counted, lockEnds } = settlement.spent;
  const ownAttempt = counted.onAccount ? sql`1` : sql`0`;
  const failures = forgivesAll(settlement) ? sql`gate.method_failures` : ownAttempt;
  return withoutFailures('a', failures, lockEnds.account);
}

/**
 * A further part of a `WITH`: forgives the wrong guesses of the session, and of all sessions
 * together, at the proven factor and at no other. Otherwise a thief could enrol a factor and prove
 * it for ever. A proof that does not prove the factor takes back its own attempt only.
 */
export function forgivenSession(settlement: Settlement): Sql {
  const { challenge, counted, sessionId, factor } = settlement.spent;
  if (!counted.onSession) return empty;
  const session = { subjectId: challenge.subjectId, sessionId, factor };
  const forgiven = provesFactor(settlement)
    ? forgiveSession(session)
    : giveBackToSession(session, settlement.spent);
  return sql`, session AS (${forgiven} AND EXISTS (SELECT 1 FROM gate))`;
}

/**
 * A statement that takes an attempt back from every row that it was counted on and that still
 * exists. A challenge or a method that is gone leaves no charge on the account.
 */
export function giveBackAttempt(spent: SpentAttempt): Sql {
  const { challenge, counted, sessionId, factor, lockEnds } = spent;
  const { subjectId } = challenge;
  // If the method was forgiven meanwhile, the account was forgiven by as much.
  const taken = counted.onMethod
    ? sql`coalesce((SELECT least(judged.failures, 1) FROM judged), 1)`
    : sql`1`;
  const parts = [
    sql`challenge AS (${giveBackToChallenge(challenge)} RETURNING c.id)`,
    ...(counted.onMethod
      ? [
          sql`judged AS MATERIALIZED (${lockedMethod(methodOf(spent).id)})`,
          sql`method AS (UPDATE mfa_methods m SET ${withoutAttempt('m', lockEnds.method)}
            FROM judged WHERE m.user_id = judged.user_id AND m.id = judged.id)`,
        ]
      : []),
    ...(counted.onAccount
      ? [
          sql`account AS (UPDATE mfa_accounts a SET ${withoutFailures('a', taken, lockEnds.account)}
            FROM gate WHERE a.user_id = gate.user_id)`,
        ]
      : []),
    ...(counted.onSession
      ? [sql`session AS (${giveBackToSession({ subjectId, sessionId, factor }, spent)})`]
      : []),
  ];
  const gate = sql`SELECT a.user_id FROM mfa_accounts a WHERE a.user_id = ${subjectId} FOR UPDATE`;
  return parts.reduce((statement, part) => sql`${statement}, ${part}`, sql`WITH gate AS (${gate})`);
}

/** `UPDATE` of a challenge, unless a new challenge, with attempts of its own, has taken its row. */
function giveBackToChallenge({ subjectId, id, createdAt }: ChallengeRecord): Sql {
  return sql`UPDATE mfa_challenges c SET attempts = greatest(c.attempts - 1, 0)
    FROM gate WHERE c.user_id = ${subjectId} AND c.id = ${id} AND c.created_at = ${createdAt}`;
}

/** Counts the rows of `challenge`, so that those are locked first. */
function lockedMethod(id: string): Sql {
  return sql`SELECT m.user_id, m.id, m.failures FROM gate JOIN mfa_methods m
      ON m.user_id = gate.user_id AND m.id = ${id}
    WHERE (SELECT count(*) FROM challenge) >= 0 FOR UPDATE OF m`;
}
