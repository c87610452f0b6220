import { Injectable } from '@nestjs/common';
import sql, { type Sql } from 'sql-template-tag';
import { type Refusal } from '../../core/ports/attempts.js';
import {
  type PasswordAttempt,
  type PasswordAttemptRequest,
  PasswordAttemptStore,
  type PasswordSettlement,
} from '../../core/ports/password-attempts.js';
import { PASSWORD } from '../../core/ports/password-fields.js';
import { type PayingSession } from '../../core/ceremony/session-attempts.js';
import { type ChallengeRecord, type Transaction } from '../../core/ports/stores.js';
import { giveBackToChallenge } from './attempt-forgiving.js';
import { type AttemptState, refusalOf } from './attempt-refusal.js';
import { EventRows } from './event-rows.js';
import { alsoInsert, insertRow, onceWritten, updateRow } from './fragments.js';
import { refusalOfRightTime } from './misdated-locks.js';
import { CHALLENGE_COLUMNS, type ChallengeRow, SealedRows } from './rows.js';
import {
  countOnSession,
  forgiveSession,
  giveBackToSession,
  lockedUntil,
  locksOf,
  type SessionCounts,
} from './session-count.js';
import { Statements } from '../database/statements.js';

type SpentRow = ChallengeRow & SessionCounts;

/** As {@link TypeOrmAttemptStore}, for accounts without an active method. */
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
    const own = sql`SELECT gate.user_id, gate.session_id, ${PASSWORD}::text FROM gate`;
    const [row] = await this.statements.rowsBehindLock<SpentRow>(
      key.subjectId,
      sql`WITH gate AS (
          SELECT a.user_id, c.id AS challenge_id, c.session_id
          FROM mfa_accounts a JOIN mfa_challenges c ON c.user_id = a.user_id
          WHERE a.user_id = ${key.subjectId} AND c.id = ${key.id} AND ${isOpen(request)}
            AND c.attempts < ${budgets.maxAttemptsPerChallenge}
          FOR UPDATE OF a, c
        ), ${countOnSession(own, budgets, now)}, challenge AS (
          UPDATE mfa_challenges c SET attempts = c.attempts + 1 FROM gate CROSS JOIN session
          WHERE c.user_id = gate.user_id AND c.id = gate.challenge_id RETURNING c.*
        )
        SELECT ${CHALLENGE_COLUMNS}, session.*
        FROM challenge c CROSS JOIN session`,
    );
    if (row === undefined) return null;
    return { challenge: this.sealed.challenge(row), ...locksOf(row, budgets, now) };
  }

  async explain(request: PasswordAttemptRequest): Promise<Refusal | null> {
    return refusalOfRightTime(this.statements, request, () => this.refusalOf(request));
  }

  private async refusalOf(request: PasswordAttemptRequest): Promise<Refusal | null> {
    const { subjectId, id } = request.key;
    const [state] = await this.statements.rows<AttemptState>(
      sql`SELECT c.handler, c.attempts, ${isOpen(request)} AS is_open, true AS is_alive,
          0 AS method_failures, NULL AS method_locked_until,
          NULL AS account_locked_until, ${lockedUntil(ASKED)} AS session_locked_until
        FROM mfa_challenges c WHERE c.user_id = ${subjectId} AND c.id = ${id}`,
    );
    const own = { purpose: 'step_up', handlers: [PASSWORD] } as const;
    return refusalOf(state, { ...request, ...own, unguessable: [], backupLookups: [] });
  }

  async settle(settlement: PasswordSettlement, transaction: Transaction): Promise<boolean> {
    const { attempt, rows, rowUpdates, events, now } = settlement;
    const { challenge } = attempt;
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
          RETURNING c.user_id
        ), session AS (
          ${forgiveSession(payingFor(challenge))} AND EXISTS (SELECT 1 FROM gate)
        )${alsoInsert(writes)}, ${this.eventRows.insert(events, isWritten)} SELECT 1 FROM gate`,
      transaction,
    );
    return settled.length === 1;
  }

  async giveBack({ challenge, ...locks }: PasswordAttempt): Promise<void> {
    // It bypasses the account's line, so that it is never refused: every counted attempt is given
    // back.
    await this.statements.rows(
      sql`WITH gate AS (
          SELECT a.user_id FROM mfa_accounts a WHERE a.user_id = ${challenge.subjectId} FOR UPDATE
        ), challenge AS (${giveBackToChallenge(challenge)}),
        session AS (${giveBackToSession(payingFor(challenge), locks)}) SELECT 1 FROM gate`,
    );
  }
}

/** The count that the password of a challenge `c` is charged to. */
const ASKED = { userId: sql`c.user_id`, sessionId: sql`c.session_id`, factor: sql`${PASSWORD}` };

function payingFor({ subjectId, sessionId }: ChallengeRecord): PayingSession {
  return { subjectId, sessionId, factor: PASSWORD };
}

/** Once a second factor is active, a step-up asks for that and not for the password. */
const HAS_NO_METHOD = sql`NOT EXISTS (
  SELECT 1 FROM mfa_methods m WHERE m.user_id = c.user_id AND m.is_active)`;

function isOpen({ credentialsVersion, now }: PasswordAttemptRequest): Sql {
  return sql`(c.purpose = 'step_up' AND c.handler = ${PASSWORD}
    AND c.credentials_version = ${credentialsVersion}
    AND c.consumed_at IS NULL AND c.expires_at > ${now} AND ${HAS_NO_METHOD})`;
}
