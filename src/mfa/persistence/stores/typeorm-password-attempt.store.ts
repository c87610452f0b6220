import { Injectable } from '@nestjs/common';
import sql, { type Sql } from 'sql-template-tag';
import { type Refusal } from '../../core/attempts.js';
import {
  type PasswordAttempt,
  type PasswordAttemptRequest,
  PasswordAttemptStore,
  type PasswordSettlement,
} from '../../core/password-attempts.js';
import { PASSWORD } from '../../core/password-fields.js';
import { type Transaction } from '../../core/stores.js';
import { type AttemptState, refusalOf } from './attempt-refusal.js';
import { EventRows } from './event-rows.js';
import { alsoInsert, insertRow, onceWritten, updateRow } from './fragments.js';
import { lockAfter } from './lock-after.js';
import { CHALLENGE_COLUMNS, type ChallengeRow, SealedRows } from './rows.js';
import { Statements } from './statements.js';

interface SpentRow extends ChallengeRow {
  a_failures: number;
}

/** As {@link TypeOrmAttemptStore}, where no method is active. */
@Injectable()
export class TypeOrmPasswordAttemptStore extends PasswordAttemptStore {
  constructor(
    private readonly statements: Statements,
    private readonly sealed: SealedRows,
    private readonly eventRows: EventRows,
  ) {
    super();
  }

  async spend(request: PasswordAttemptRequest): Promise<PasswordAttempt | null> {
    const { key, budgets, now } = request;
    const [row] = await this.statements.rows<SpentRow>(
      sql`WITH gate AS (
          SELECT a.user_id, c.id AS challenge_id
          FROM mfa_accounts a JOIN mfa_challenges c ON c.user_id = a.user_id
          WHERE a.user_id = ${key.subjectId} AND c.id = ${key.id} AND ${isOpen(request)}
            AND c.attempts < ${budgets.maxAttemptsPerChallenge}
            AND (a.locked_until IS NULL OR a.locked_until <= ${now})
          FOR UPDATE OF a, c
        ), challenge AS (
          UPDATE mfa_challenges c SET attempts = c.attempts + 1 FROM gate
          WHERE c.user_id = gate.user_id AND c.id = gate.challenge_id RETURNING c.*
        ), account AS (
          UPDATE mfa_accounts a SET failures = a.failures + 1,
            locked_until = ${lockAfter(sql`a.failures`, budgets.maxFailuresPerAccount, budgets, now)}
          FROM gate WHERE a.user_id = gate.user_id RETURNING a.*
        )
        SELECT ${CHALLENGE_COLUMNS}, a.failures AS a_failures
        FROM challenge c CROSS JOIN account a`,
    );
    if (row === undefined) return null;
    const locksAccount = row.a_failures % budgets.maxFailuresPerAccount === 0;
    return { challenge: this.sealed.challenge(row), locksAccount };
  }

  async explain(request: PasswordAttemptRequest): Promise<Refusal | null> {
    const { subjectId, id } = request.key;
    const [state] = await this.statements.rows<AttemptState>(
      sql`SELECT c.handler, c.attempts, ${isOpen(request)} AS is_open, true AS is_alive,
          0 AS method_failures, NULL AS method_locked_until,
          a.locked_until AS account_locked_until
        FROM mfa_challenges c JOIN mfa_accounts a ON a.user_id = c.user_id
        WHERE c.user_id = ${subjectId} AND c.id = ${id}`,
    );
    return refusalOf(state, { ...request, handlers: [PASSWORD] });
  }

  async settle(settlement: PasswordSettlement, transaction: Transaction): Promise<boolean> {
    const { attempt, rows, rowUpdates, events, now } = settlement;
    const { challenge, locksAccount } = attempt;
    const isSettled = sql`EXISTS (SELECT 1 FROM gate)`;
    const writes = [
      ...rows.map((row) => insertRow(row, sql`WHERE ${isSettled}`)),
      ...rowUpdates.map((row) => updateRow(row, isSettled)),
    ];
    const isWritten = sql`WHERE ${isSettled} AND ${onceWritten(writes)}`;
    const settled = await this.statements.rows(
      sql`WITH gate AS (
          UPDATE mfa_challenges c SET consumed_at = ${now}
          WHERE c.user_id = ${challenge.subjectId} AND c.id = ${challenge.id}
            AND c.consumed_at IS NULL AND c.version = ${challenge.version} AND ${HAS_NO_METHOD}
          RETURNING c.user_id, c.attempts
        ), account AS (
          UPDATE mfa_accounts a SET failures = greatest(a.failures - gate.attempts, 0),
            locked_until = CASE WHEN ${locksAccount} THEN NULL ELSE a.locked_until END
          FROM gate WHERE a.user_id = gate.user_id
        )${alsoInsert(writes)}, ${this.eventRows.insert(events, isWritten)} SELECT 1 FROM gate`,
      transaction,
    );
    return settled.length === 1;
  }
}

/** A second factor that has become active is what a step-up asks for from then on. */
const HAS_NO_METHOD = sql`NOT EXISTS (
  SELECT 1 FROM mfa_methods m WHERE m.user_id = c.user_id AND m.is_active)`;

function isOpen({ credentialsVersion, now }: PasswordAttemptRequest): Sql {
  return sql`(c.purpose = 'step_up' AND c.handler = ${PASSWORD}
    AND c.credentials_version = ${credentialsVersion}
    AND c.consumed_at IS NULL AND c.expires_at > ${now} AND ${HAS_NO_METHOD})`;
}
