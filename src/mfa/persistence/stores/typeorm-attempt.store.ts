import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import sql, { empty, join, type Sql } from 'sql-template-tag';
import {
  type AttemptRequest,
  AttemptStore,
  type ReadAttempt,
  type Refusal,
  type Settlement,
  type SpentAttempt,
  type UnreadAttempt,
} from '../../core/ports/attempts.js';
import { MfaError } from '../../contract/errors.js';
import { type MfaEvent } from '../../core/ports/events.js';
import { type SubjectRow } from '../../core/ports/host-rows.js';
import { type MethodRecord, type Transaction } from '../../core/ports/stores.js';
import { HostDatabase } from '../database/host-database.js';
import { RandomSource } from '../../contract/random.js';
import {
  forgivenAccount,
  forgivenMethod,
  forgivenSession,
  giveBackAttempt,
} from './attempt-forgiving.js';
import { type CountedRow, countsOf } from './attempt-counts.js';
import { countAttempt, spendableAttempt, unchanged } from './attempt-gate.js';
import { type AttemptState, attemptState, refusalOf } from './attempt-refusal.js';
import { targetOf } from './attempt-target.js';
import { type DisplacedRow, EventRows, recorded } from './event-rows.js';
import { alsoInsert, displace, insertRow, onceWritten, updateRow } from './fragments.js';
import { CHALLENGE_COLUMNS, type ChallengeRow, type MethodRow, SealedRows } from './rows.js';
import { refusalOfRightTime } from './misdated-locks.js';
import {
  knownCredentials,
  type PresentCredentials,
  storedCredentials,
  subjectValues,
} from './present-credentials.js';
import { Statements } from '../database/statements.js';
import { keepHandle } from './typeorm-discovery.store.js';

type AttemptRow = ChallengeRow &
  (MethodRow | { m_id: null }) & {
    b_lookup: string | null;
    b_hash: string | null;
    b_set_id: string | null;
  };

/** The columns of the host come last. */
type SpentRow = AttemptRow & CountedRow & Readonly<Record<string, unknown>>;

/**
 * Spends and settles attempts in one statement each.
 *
 * Each locks account, challenge, method and sessions in this order, and checks its conditions on
 * the locked rows: a statement that waited for another sees what that one left behind.
 */
@Injectable()
export class TypeOrmAttemptStore extends AttemptStore {
  constructor(
    private readonly statements: Statements,
    private readonly sealed: SealedRows,
    private readonly eventRows: EventRows,
    private readonly random: RandomSource,
    private readonly host: HostDatabase,
  ) {
    super();
  }

  async spend(request: AttemptRequest): Promise<SpentAttempt | null> {
    const row = await this.spendFor(request, knownCredentials(request.credentialsVersion));
    return row === undefined ? null : this.spentAttempt(row, request);
  }

  override async spendAndRead(
    request: UnreadAttempt,
    subject: SubjectRow,
  ): Promise<ReadAttempt | null> {
    const row = await this.spendFor(request, storedCredentials(subject, request.key.subjectId));
    if (row === undefined) return null;
    return { spent: this.spentAttempt(row, request), values: subjectValues(subject, row) };
  }

  private async spendFor(
    request: UnreadAttempt,
    credentials: PresentCredentials,
  ): Promise<SpentRow | undefined> {
    const [row] = await this.statements.rowsBehindLock<SpentRow>(
      request.key.subjectId,
      sql`WITH gate AS (${spendableAttempt(request, credentials)}), ${countAttempt(request)}, challenge AS (
          UPDATE mfa_challenges c SET attempts = c.attempts + 1 FROM gate CROSS JOIN counted
          WHERE c.user_id = gate.user_id AND c.id = gate.challenge_id RETURNING c.*
        )
        SELECT ${CHALLENGE_COLUMNS}, gate.*, counted.*, b.lookup AS b_lookup, b.hash AS b_hash,
          b.set_id AS b_set_id
        FROM challenge c CROSS JOIN gate CROSS JOIN counted
        LEFT JOIN mfa_backup_codes b ON b.user_id = ${request.key.subjectId}
          AND ${isOneOf(request.backupLookups)} AND b.spent_at IS NULL`,
    );
    return row;
  }

  async explain(request: AttemptRequest): Promise<Refusal | null> {
    return refusalOfRightTime(this.statements, request, async () => {
      const [state] = await this.statements.rows<AttemptState>(attemptState(request));
      return refusalOf(state, request);
    });
  }

  async reload(
    spent: SpentAttempt,
    now: Date,
    transaction?: Transaction,
  ): Promise<SpentAttempt | null> {
    const { subjectId, id } = spent.challenge;
    const { join, columns, isAlive } = targetOf(spent.method !== null);
    const [row] = await this.statements.rows<AttemptRow>(
      sql`SELECT ${CHALLENGE_COLUMNS}, ${columns}, b.lookup AS b_lookup, b.hash AS b_hash,
          b.set_id AS b_set_id
        FROM mfa_challenges c ${join}
        LEFT JOIN mfa_backup_codes b ON b.user_id = c.user_id
          AND b.lookup = ${spent.backupCode?.lookup ?? null} AND b.spent_at IS NULL
        WHERE c.user_id = ${subjectId} AND c.id = ${id}
          AND c.method_id IS NOT DISTINCT FROM ${spent.method?.id ?? null}::uuid
          AND c.consumed_at IS NULL AND c.expires_at > ${now} AND ${isAlive}`,
      transaction,
    );
    return row === undefined ? null : { ...spent, ...this.loaded(row) };
  }

  async settle(
    settlement: Settlement,
    transaction?: Transaction,
  ): Promise<readonly MfaEvent[] | null> {
    const { proven, rows, rowUpdates, displacement, events, now } = settlement;
    const isSettled = sql`EXISTS (SELECT 1 FROM gate)`;
    const writes = [
      ...rows.map((row) => insertRow(row, sql`WHERE ${isSettled}`)),
      ...rowUpdates.map((row) => updateRow(row, isSettled)),
    ];
    const eventId = this.random.rowId();
    const isWritten = sql`${isSettled} AND ${onceWritten(writes)}`;
    const told = this.eventRows.insert(events, isWritten, { firstId: eventId, displacement });
    const statement = sql`WITH gate AS (${unchanged(settlement)}), challenge AS (
          UPDATE mfa_challenges c SET consumed_at = ${now} FROM gate
          WHERE c.user_id = gate.user_id AND c.id = gate.challenge_id
        )${this.methodAfter(settlement)}, account AS (
          UPDATE mfa_accounts a SET version = a.version + 1, ${forgivenAccount(settlement)}
          FROM gate WHERE a.user_id = gate.user_id
        )${forgivenSession(settlement)}${proven.by === 'backup_code' ? spendBackupCode(proven.lookup, now) : empty}
        ${keepHandle(settlement)}${alsoInsert(writes)}${displace(displacement, isSettled)}, ${told}
        SELECT displaced.count FROM gate CROSS JOIN displaced`;
    const { subjectId } = settlement.spent.challenge;
    try {
      const [settled] = await this.statements.rowsBehindLock<DisplacedRow>(
        subjectId,
        statement,
        transaction,
      );
      return settled === undefined ? null : recorded(events, displacement, settled);
    } catch (failure) {
      // The account's line refused the statement, so it was never sent.
      if (failure instanceof MfaError) throw failure;
      if (transaction === undefined && (await this.isRecorded(subjectId, eventId))) return events;
      throw failure;
    }
  }

  /**
   * Whether the statement that records an event was committed although its answer was lost: a
   * person who proves again would spend a second proof. False also when this stays unknown.
   */
  private async isRecorded(subjectId: string, eventId: string): Promise<boolean> {
    const look = async () => {
      // The statement holds the account's lock while it runs.
      await this.statements.rowsUnrefused(
        subjectId,
        sql`SELECT 1 FROM mfa_accounts WHERE user_id = ${subjectId} FOR SHARE`,
      );
      const recorded = await this.statements.rows(
        sql`SELECT 1 FROM mfa_events WHERE user_id = ${subjectId} AND id = ${eventId}::uuid`,
      );
      return recorded.length;
    };
    return (await this.host.lookAgain(look, (count) => count !== undefined)) === 1;
  }

  async giveBack(spent: SpentAttempt): Promise<void> {
    // It bypasses the account's line, so that it is never refused: every counted attempt is given
    // back.
    await this.statements.rows(sql`${giveBackAttempt(spent)} SELECT 1 FROM gate`);
  }

  /** A further part of a `WITH`. */
  private methodAfter(settlement: Settlement): Sql {
    const { method } = settlement.spent;
    if (method === null) return empty;
    return sql`, method AS (
      UPDATE mfa_methods m SET ${this.changesOf(method, settlement)} FROM gate
      WHERE m.user_id = gate.user_id AND m.id = ${method.id}
    )`;
  }

  private changesOf(method: MethodRecord, settlement: Settlement): Sql {
    const { proven, now } = settlement;
    const forgiven = forgivenMethod(settlement);
    if (proven.by !== 'method') return forgiven;
    const used = sql`${forgiven}, last_used_at = ${now}`;
    // An unchanged state cannot mislead another proof's judgement, so the version stays.
    if (isDeepStrictEqual(proven.authenticators, method.authenticators)) return used;
    const state = this.sealed.sealAuthenticators(proven.authenticators, method);
    return sql`state = ${state}, state_version = ${proven.stateVersion},
      version = m.version + 1, ${used}`;
  }

  private spentAttempt(row: SpentRow, request: UnreadAttempt): SpentAttempt {
    return { ...this.loaded(row), ...countsOf(row, request) };
  }

  private loaded(row: AttemptRow): Pick<SpentAttempt, 'challenge' | 'method' | 'backupCode'> {
    const { b_lookup: lookup, b_hash: hash, b_set_id: setId } = row;
    return {
      challenge: this.sealed.challenge(row),
      method: row.m_id === null ? null : this.sealed.method(row),
      backupCode:
        lookup === null || hash === null || setId === null ? null : { lookup, hash, setId },
    };
  }
}

/** Lists the values one by one: with an array, PostgreSQL would plan the statement anew each time. */
function isOneOf(backupLookups: readonly string[]): Sql {
  return backupLookups.length === 0 ? sql`false` : sql`b.lookup IN (${join(backupLookups)})`;
}

function spendBackupCode(lookup: string, now: Date): Sql {
  return sql`, backup_code AS (
    UPDATE mfa_backup_codes b SET spent_at = ${now} FROM gate
    WHERE b.user_id = gate.user_id AND b.lookup = ${lookup}
  )`;
}
