import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import {
  type AttemptBudgets,
  type AttemptRequest,
  AttemptStore,
  type Refusal,
  type Settlement,
  type SpentAttempt,
} from '../../core/attempts.js';
import { type Transaction } from '../../core/stores.js';
import { type AttemptState, refusalOf } from './attempt-refusal.js';
import { EventRows } from './event-rows.js';
import { alsoInsert, insertRow, onceWritten, updateRow } from './fragments.js';
import { lockAfter } from './lock-after.js';
import {
  CHALLENGE_COLUMNS,
  type ChallengeRow,
  IS_ALIVE,
  METHOD_COLUMNS,
  type MethodRow,
  SealedRows,
} from './rows.js';
import { Statements } from './statements.js';

interface AttemptRow extends ChallengeRow, MethodRow {
  b_lookup: string | null;
  b_hash: string | null;
}

interface SpentRow extends AttemptRow {
  m_failures: number;
  a_failures: number;
}

/**
 * Spends and settles attempts in one statement each.
 *
 * Both lock account, challenge and method, in this order, and check their conditions on what the
 * locked rows hold; a statement that had to wait for another sees what that one left behind.
 */
@Injectable()
export class TypeOrmAttemptStore extends AttemptStore {
  constructor(
    private readonly statements: Statements,
    private readonly sealed: SealedRows,
    private readonly eventRows: EventRows,
  ) {
    super();
  }

  async spend(request: AttemptRequest): Promise<SpentAttempt | null> {
    const { key, budgets, now } = request;
    const [row] = await this.statements.rows<SpentRow>(
      sql`WITH gate AS (${spendableAttempt(request)}), challenge AS (
          UPDATE mfa_challenges c SET attempts = c.attempts + 1 FROM gate
          WHERE c.user_id = gate.user_id AND c.id = gate.challenge_id RETURNING c.*
        ), method AS (
          UPDATE mfa_methods m SET failures = m.failures + 1,
            locked_until = ${lockAfter(sql`m.failures`, budgets.maxFailuresPerMethod, budgets, now)}
          FROM gate WHERE m.user_id = gate.user_id AND m.id = gate.method_id RETURNING m.*
        ), account AS (
          UPDATE mfa_accounts a SET failures = a.failures + 1,
            locked_until = ${lockAfter(sql`a.failures`, budgets.maxFailuresPerAccount, budgets, now)}
          FROM gate WHERE a.user_id = gate.user_id RETURNING a.*
        )
        SELECT ${CHALLENGE_COLUMNS}, ${METHOD_COLUMNS}, m.failures AS m_failures,
          a.failures AS a_failures, b.lookup AS b_lookup, b.hash AS b_hash
        FROM challenge c CROSS JOIN method m CROSS JOIN account a
        LEFT JOIN mfa_backup_codes b ON b.user_id = ${key.subjectId}
          AND ${isOneOf(request.backupLookups)} AND b.spent_at IS NULL`,
    );
    return row === undefined ? null : this.spentAttempt(row, budgets);
  }

  async explain(request: AttemptRequest): Promise<Refusal | null> {
    const { subjectId, id } = request.key;
    const [state] = await this.statements.rows<AttemptState>(
      sql`SELECT c.handler, c.attempts, c.purpose = ${request.purpose}
            AND c.credentials_version = ${request.credentialsVersion}
            AND c.consumed_at IS NULL AND c.expires_at > ${request.now} AS is_open,
          coalesce(m.id IS NOT NULL AND ${IS_ALIVE}, false) AS is_alive,
          coalesce(m.failures, 0) AS method_failures, m.locked_until AS method_locked_until,
          a.locked_until AS account_locked_until
        FROM mfa_challenges c JOIN mfa_accounts a ON a.user_id = c.user_id
        LEFT JOIN mfa_methods m ON m.user_id = c.user_id AND m.id = c.method_id
        WHERE c.user_id = ${subjectId} AND c.id = ${id}`,
    );
    return refusalOf(state, request);
  }

  async reload(spent: SpentAttempt, now: Date): Promise<SpentAttempt | null> {
    const { subjectId, id } = spent.challenge;
    const [row] = await this.statements.rows<AttemptRow>(
      sql`SELECT ${CHALLENGE_COLUMNS}, ${METHOD_COLUMNS}, b.lookup AS b_lookup, b.hash AS b_hash
        FROM mfa_challenges c
        JOIN mfa_methods m ON m.user_id = c.user_id AND m.id = c.method_id
        LEFT JOIN mfa_backup_codes b ON b.user_id = c.user_id
          AND b.lookup = ${spent.backupCode?.lookup ?? null} AND b.spent_at IS NULL
        WHERE c.user_id = ${subjectId} AND c.id = ${id} AND c.method_id = ${spent.method.id}
          AND c.consumed_at IS NULL AND c.expires_at > ${now} AND ${IS_ALIVE}`,
    );
    return row === undefined ? null : { ...spent, ...this.loaded(row) };
  }

  async settle(settlement: Settlement, transaction?: Transaction): Promise<boolean> {
    const { spent, proven, rows, rowUpdates, events, now } = settlement;
    const isSettled = sql`EXISTS (SELECT 1 FROM gate)`;
    const writes = [
      ...rows.map((row) => insertRow(row, sql`WHERE ${isSettled}`)),
      ...rowUpdates.map((row) => updateRow(row, isSettled)),
    ];
    const eventRows = this.eventRows.insert(
      events,
      sql`WHERE ${isSettled} AND ${onceWritten(writes)}`,
    );
    const settled = await this.statements.rows(
      sql`WITH gate AS (${unchanged(settlement)}), challenge AS (
          UPDATE mfa_challenges c SET consumed_at = ${now} FROM gate
          WHERE c.user_id = gate.user_id AND c.id = gate.challenge_id
        ), method AS (
          UPDATE mfa_methods m SET ${this.methodAfter(settlement)} FROM gate
          WHERE m.user_id = gate.user_id AND m.id = gate.method_id
        ), account AS (
          UPDATE mfa_accounts a SET version = a.version + 1,
            failures = greatest(a.failures - ${forgivenOf(settlement)}, 0),
            locked_until = CASE WHEN ${spent.locksAccount} THEN NULL ELSE a.locked_until END
          FROM gate WHERE a.user_id = gate.user_id
        )${proven.by === 'backup_code' ? spendBackupCode(proven.lookup, now) : empty}
        ${alsoInsert(writes)}, ${eventRows} SELECT 1 FROM gate`,
      transaction,
    );
    return settled.length === 1;
  }

  async giveBack(spent: SpentAttempt): Promise<void> {
    const { subjectId, id } = spent.method;
    await this.statements.rows(
      sql`WITH gate AS (
          SELECT a.user_id, m.id AS method_id FROM mfa_accounts a
          JOIN mfa_methods m ON m.user_id = a.user_id AND m.id = ${id}
          WHERE a.user_id = ${subjectId} FOR UPDATE OF a, m
        ), method AS (
          UPDATE mfa_methods m SET ${withoutAttempt('m', spent.locksMethod)}
          FROM gate WHERE m.user_id = gate.user_id AND m.id = gate.method_id
        ), account AS (
          UPDATE mfa_accounts a SET ${withoutAttempt('a', spent.locksAccount)}
          FROM gate WHERE a.user_id = gate.user_id
        ) SELECT 1 FROM gate`,
    );
  }

  /** A right proof forgives the failures of its own method; a backup code only its own attempt. */
  private methodAfter({ spent, proven, now }: Settlement): Sql {
    if (proven.by === 'backup_code') return withoutAttempt('m', spent.locksMethod);
    const forgiven = sql`failures = 0, locked_until = NULL, last_used_at = ${now}`;
    // A state that stays as it was is nothing that another proof could be judged wrongly by.
    if (isDeepStrictEqual(proven.authenticators, spent.method.authenticators)) return forgiven;
    const state = this.sealed.sealAuthenticators(proven.authenticators, spent.method);
    return sql`state = ${state}, state_version = ${proven.payloadVersion},
      version = m.version + 1, ${forgiven}`;
  }

  private spentAttempt(row: SpentRow, budgets: AttemptBudgets): SpentAttempt {
    const { maxFailuresPerMethod, maxFailuresPerAccount, maxFailuresEver } = budgets;
    const endsMethod = row.m_failures >= maxFailuresEver;
    return {
      ...this.loaded(row),
      endsMethod,
      locksMethod: row.m_failures % maxFailuresPerMethod === 0 || endsMethod,
      locksAccount: row.a_failures % maxFailuresPerAccount === 0,
    };
  }

  private loaded(row: AttemptRow): Pick<SpentAttempt, 'challenge' | 'method' | 'backupCode'> {
    const { b_lookup: lookup, b_hash: hash } = row;
    return {
      challenge: this.sealed.challenge(row),
      method: this.sealed.method(row),
      backupCode: lookup === null || hash === null ? null : { lookup, hash },
    };
  }
}

/** Selects and locks the attempt when every budget allows it. */
function spendableAttempt(request: AttemptRequest): Sql {
  const { key, purpose, credentialsVersion, handlers, budgets, now } = request;
  return sql`
    SELECT a.user_id, c.id AS challenge_id, m.id AS method_id
    FROM mfa_accounts a
    JOIN mfa_challenges c ON c.user_id = a.user_id AND c.id = ${key.id}
    JOIN mfa_methods m ON m.user_id = a.user_id AND m.id = c.method_id
    WHERE a.user_id = ${key.subjectId} AND c.purpose = ${purpose}
      AND c.credentials_version = ${credentialsVersion} AND c.handler = ANY(${handlers}::text[])
      AND c.consumed_at IS NULL AND c.expires_at > ${now}
      AND c.attempts < ${budgets.maxAttemptsPerChallenge}
      AND ${IS_ALIVE} AND m.failures < ${budgets.maxFailuresEver}
      AND (m.locked_until IS NULL OR m.locked_until <= ${now})
      AND (a.locked_until IS NULL OR a.locked_until <= ${now})
    FOR UPDATE OF a, c, m`;
}

/** Selects and locks what was judged when it is still what was judged. */
function unchanged({ spent, proven }: Settlement): Sql {
  const { challenge, method } = spent;
  const isByCode = proven.by === 'backup_code';
  return sql`
    SELECT a.user_id, c.id AS challenge_id, m.id AS method_id, m.failures AS method_failures
    FROM mfa_accounts a
    JOIN mfa_challenges c ON c.user_id = a.user_id AND c.id = ${challenge.id}
    JOIN mfa_methods m ON m.user_id = a.user_id AND m.id = ${method.id}
    ${isByCode ? sql`JOIN mfa_backup_codes b ON b.user_id = a.user_id AND b.lookup = ${proven.lookup}` : empty}
    WHERE a.user_id = ${challenge.subjectId} AND c.consumed_at IS NULL
      AND c.version = ${challenge.version} AND m.version = ${method.version} AND ${IS_ALIVE}
      ${isByCode ? sql`AND b.spent_at IS NULL` : empty}
    FOR UPDATE OF a, c, m${isByCode ? sql`, b` : empty}`;
}

function forgivenOf({ proven }: Settlement): Sql {
  return proven.by === 'method' ? sql`gate.method_failures` : sql`1`;
}

/** Changes of a row that counts failures, which take one attempt from it and the lock it brought. */
function withoutAttempt(row: 'a' | 'm', isLock: boolean): Sql {
  const [failures, lockedUntil] = [raw(`${row}.failures`), raw(`${row}.locked_until`)];
  return sql`failures = greatest(${failures} - 1, 0),
    locked_until = CASE WHEN ${isLock} THEN NULL ELSE ${lockedUntil} END`;
}

/** One by one: for an array, PostgreSQL would plan the statement anew each time. */
function isOneOf(backupLookups: readonly string[]): Sql {
  return backupLookups.length === 0 ? sql`false` : sql`b.lookup IN (${join(backupLookups)})`;
}

function spendBackupCode(lookup: string, now: Date): Sql {
  return sql`, backup_code AS (
    UPDATE mfa_backup_codes b SET spent_at = ${now} FROM gate
    WHERE b.user_id = gate.user_id AND b.lookup = ${lookup}
  )`;
}
