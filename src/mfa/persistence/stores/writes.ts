import sql, { empty, type Sql } from 'sql-template-tag';
import { storedProofs } from '../../core/ports/assurance.js';
import {
  type EnrolledMethod,
  type NewChallenge,
  type StoredBackupCodes,
  type WhenOpen,
} from '../../core/ports/stores.js';
import { type RandomSource } from '../../contract/random.js';
import { IS_ALIVE } from './rows.js';

const FIRST_VERSIONS = 2 ** 30;

/**
 * The version with which an account begins. It is random, so that a deleted and recreated account
 * is never taken for the old one.
 */
export function firstVersion(subjectId: string, random: RandomSource): Sql {
  return sql`greatest(${1 + random.below(FIRST_VERSIONS)}::int, ${lastActivation(subjectId)} + 1)`;
}

/** If only the account's row was deleted, its methods remain, and new challenges must count as later than them. */
export function lastActivation(subjectId: string): Sql {
  return sql`coalesce((SELECT max(m.activated_version) FROM mfa_methods m
    WHERE m.user_id = ${subjectId}), 0)`;
}

/** Whether the stored challenge `c` could still be answered. */
const IS_OPEN = sql`(c.consumed_at IS NULL AND c.expires_at > excluded.created_at
  AND c.credentials_version = excluded.credentials_version AND EXISTS (
    SELECT 1 FROM mfa_methods m
    WHERE m.user_id = c.user_id AND m.id = c.method_id AND m.id = excluded.method_id AND ${IS_ALIVE}
  ))`;

/** The attempts that a stored challenge ends up with, and the condition for storing it at all. */
const WHEN_OPEN: Readonly<Record<WhenOpen, { attempts: Sql; condition: Sql }>> = {
  replace: { attempts: sql`0`, condition: empty },
  refresh: { attempts: sql`CASE WHEN ${IS_OPEN} THEN c.attempts ELSE 0 END`, condition: empty },
  keep: { attempts: sql`0`, condition: sql`WHERE NOT ${IS_OPEN}` },
};

/**
 * `INSERT` of a method, or the update of the one with its handler. Failures and lock outlive the
 * secret: enrolling again must not refill a budget.
 *
 * @param state sealed
 * @param source a `FROM`, if another part of the statement decides whether there is a row
 */
export function storeMethod(method: EnrolledMethod, state: Buffer, source: Sql = empty): Sql {
  const { subjectId, id, handler, stateVersion, createdAt, confirmedAt, lastUsedAt } = method;
  return sql`INSERT INTO mfa_methods AS m (user_id, id, handler, created_at, confirmed_at,
      last_used_at, state, state_version)
    SELECT ${subjectId}, ${id}::uuid, ${handler}, ${createdAt}::timestamptz,
      ${confirmedAt}::timestamptz, ${lastUsedAt}::timestamptz, ${state}::bytea, ${stateVersion}::int
    ${source}
    ON CONFLICT (user_id, handler) DO UPDATE SET
      id = excluded.id, created_at = excluded.created_at,
      confirmed_at = excluded.confirmed_at, last_used_at = excluded.last_used_at,
      state = excluded.state, state_version = excluded.state_version, version = m.version + 1`;
}

/**
 * `INSERT` of a challenge. Another part of the statement, `account`, locks the account and yields
 * its version.
 *
 * @param data sealed
 */
export function storeChallenge(
  challenge: NewChallenge,
  data: Buffer | null,
  whenOpen: WhenOpen,
): Sql {
  const { subjectId, id, purpose, methodId, handler, authenticatorId } = challenge;
  const { proofs, provider, sessionId, credentialsVersion, createdAt, expiresAt } = challenge;
  const { attempts, condition } = WHEN_OPEN[whenOpen];
  return sql`INSERT INTO mfa_challenges AS c (user_id, id, purpose, method_id, handler,
      authenticator_id, proofs, provider, session_id, credentials_version, data, created_at, expires_at,
      account_version)
    SELECT ${subjectId}, ${id}, ${purpose}, ${methodId}::uuid, ${handler}, ${authenticatorId}::uuid,
      ${storedProofs(proofs)}::jsonb, ${provider}, ${sessionId}, ${credentialsVersion}, ${data}::bytea,
      ${createdAt}::timestamptz, ${expiresAt}::timestamptz, account.version
    FROM account
    ON CONFLICT (user_id, id) DO UPDATE SET
      method_id = excluded.method_id, proofs = excluded.proofs, provider = excluded.provider,
      session_id = excluded.session_id,
      credentials_version = excluded.credentials_version, data = excluded.data,
      created_at = excluded.created_at, expires_at = excluded.expires_at,
      account_version = excluded.account_version, consumed_at = NULL, attempts = ${attempts},
      -- A proof judged against the former challenge loses: this is another one.
      version = c.version + 1
    ${condition}`;
}

/** Parts of a `WITH` that replace the old set of codes by a new one. Another part is `account`. */
export function replaceBackupCodes({ id, codes, at }: StoredBackupCodes): Sql {
  const lookups = codes.map(({ lookup }) => lookup);
  const hashes = codes.map(({ hash }) => hash);
  return sql`dead_code AS (
      DELETE FROM mfa_backup_codes b USING account WHERE b.user_id = account.user_id RETURNING 1
    ), live_code AS (
      INSERT INTO mfa_backup_codes (user_id, lookup, hash, set_id, created_at)
      SELECT account.user_id, code.lookup, code.hash, ${id}::uuid, ${at}::timestamptz
      FROM account, unnest(${lookups}::text[], ${hashes}::text[]) AS code(lookup, hash)
      WHERE (SELECT count(*) FROM dead_code) >= 0 RETURNING 1
    )`;
}
