import { Injectable } from '@nestjs/common';
import sql, { raw } from 'sql-template-tag';
import {
  type ChangeSubject,
  ChangeStore,
  type FormerBackupCode,
  type FormerMethod,
  type LoggedChange,
  type NewChange,
} from '../../core/reversal/changes.js';
import { type Authenticator } from '../../core/ports/authenticators.js';
import { tagKeyIdOf } from '../../core/keys/key-ring.js';
import {
  type ActivationFields,
  type MethodKey,
  type Transaction,
} from '../../core/ports/stores.js';
import { METHOD_COLUMNS, type MethodRow, SealedRows } from './rows.js';
import { type ChangeRow, type Former, SealedChanges } from './sealed-changes.js';
import { Statements } from '../database/statements.js';

/** A row of `mfa_methods` with its counts. */
interface CountedMethodRow extends MethodRow {
  m_failures: number;
  m_locked_until: Date | null;
}

const COLUMNS = raw(
  'c.user_id, c.id, c.session_id, c.type, c.factor, c.target, c.at, c.after_seq, c.former',
);

/** The most rows of one statement. */
const BATCH_SIZE = 1000;

/** Keeps the log of changes in `mfa_changes`. */
@Injectable()
export class TypeOrmChangeStore extends ChangeStore {
  constructor(
    private readonly statements: Statements,
    private readonly rows: SealedRows,
    private readonly sealed: SealedChanges,
  ) {
    super();
  }

  async record(change: NewChange, about: ChangeSubject, transaction: Transaction): Promise<void> {
    const { id, subjectId, sessionId, type, factor, target, at } = change;
    const former = await this.formerOf(subjectId, about, transaction);
    const envelope = former && this.sealed.seal(former, { user_id: subjectId, id, type });
    // The account's lock is held, so no two changes get the same place.
    await this.statements.changed(
      sql`INSERT INTO mfa_changes (user_id, id, place, session_id, type, factor, target, at,
          after_seq, former, lookup_keys)
        SELECT ${subjectId}, ${id}::uuid, coalesce(max(c.place), 0) + 1, ${sessionId}, ${type},
          ${factor}, ${target ?? null}, ${at}::timestamptz,
          coalesce((SELECT seq FROM mfa_event_heads WHERE user_id = ${subjectId}), 0),
          ${envelope}::bytea, ${former && lookupKeysOf(former)}::text[]
        FROM mfa_changes c WHERE c.user_id = ${subjectId}`,
      transaction,
    );
  }

  async recordBare(changes: readonly NewChange[], transaction: Transaction): Promise<void> {
    for (const batch of batchesOf(changes)) {
      await this.statements.changed(
        sql`INSERT INTO mfa_changes (user_id, id, place, session_id, type, factor, target, at,
            after_seq)
          SELECT n.user_id, n.id, n.ordinality + coalesce((
              SELECT max(c.place) FROM mfa_changes c WHERE c.user_id = n.user_id), 0),
            n.session_id, n.type, n.factor, n.target, n.at,
            coalesce((SELECT seq FROM mfa_event_heads h WHERE h.user_id = n.user_id), 0)
          FROM unnest(${batch.map(({ subjectId }) => subjectId)}::text[],
              ${batch.map(({ id }) => id)}::uuid[],
              ${batch.map(({ sessionId }) => sessionId)}::text[],
              ${batch.map(({ type }) => type)}::text[],
              ${batch.map(({ factor }) => factor)}::text[],
              ${batch.map(({ target }) => target ?? null)}::text[],
              ${batch.map(({ at }) => at)}::timestamptz[])
            WITH ORDINALITY AS n(user_id, id, session_id, type, factor, target, at, ordinality)`,
        transaction,
      );
    }
  }

  async list(subjectId: string, transaction: Transaction): Promise<readonly LoggedChange[]> {
    const rows = await this.statements.rows<ChangeRow>(
      sql`SELECT ${COLUMNS} FROM mfa_changes c WHERE c.user_id = ${subjectId} ORDER BY c.place`,
      transaction,
    );
    return rows.map((row) => this.sealed.open(row));
  }

  async remove(subjectId: string, ids: readonly string[], transaction: Transaction): Promise<void> {
    for (const batch of batchesOf(ids)) {
      await this.statements.changed(
        sql`DELETE FROM mfa_changes WHERE user_id = ${subjectId} AND id = ANY(${batch}::uuid[])`,
        transaction,
      );
    }
  }

  async restoreMethod(
    subjectId: string,
    former: FormerMethod,
    transaction: Transaction,
  ): Promise<boolean> {
    const { id, handler, isActive, activatedAt, activatedIn, failures, lockedUntil } = former;
    const { activation, activatedVersion } = former;
    const state = this.rows.sealAuthenticators(former.authenticators, { subjectId, id });
    const restored = await this.statements.changed(
      sql`INSERT INTO mfa_methods (user_id, id, handler, is_active, created_at, confirmed_at,
          activated_at, activated_in, activation, activated_version, last_used_at, state,
          state_version, version, failures, locked_until)
        VALUES (${subjectId}, ${id}, ${handler}, ${isActive}, ${former.createdAt},
          ${former.confirmedAt}, ${activatedAt}, ${activatedIn}, ${activation},
          ${activatedVersion}, ${former.lastUsedAt}, ${state}, ${former.stateVersion},
          ${former.version + 1}, ${failures}, ${lockedUntil})
        ON CONFLICT (user_id, handler) DO NOTHING`,
      transaction,
    );
    return restored === 1;
  }

  async reactivate(
    { subjectId, id }: MethodKey,
    former: Pick<FormerMethod, ActivationFields>,
    transaction: Transaction,
  ): Promise<boolean> {
    const changed = await this.statements.changed(
      sql`UPDATE mfa_methods SET is_active = true, activated_at = ${former.activatedAt},
          activated_in = ${former.activatedIn}, activation = ${former.activation},
          activated_version = ${former.activatedVersion}, version = version + 1
        WHERE user_id = ${subjectId} AND id = ${id} AND NOT is_active`,
      transaction,
    );
    return changed === 1;
  }

  async restoreBackupCodes(
    subjectId: string,
    codes: readonly FormerBackupCode[],
    transaction: Transaction,
  ): Promise<void> {
    await this.statements.changed(
      sql`INSERT INTO mfa_backup_codes (user_id, lookup, hash, set_id, created_at, spent_at)
        SELECT ${subjectId}, * FROM unnest(${codes.map(({ lookup }) => lookup)}::text[],
          ${codes.map(({ hash }) => hash)}::text[],
          ${codes.map(({ setId }) => setId)}::uuid[],
          ${codes.map(({ createdAt }) => createdAt)}::timestamptz[],
          ${codes.map(({ spentAt }) => spentAt)}::timestamptz[])`,
      transaction,
    );
  }

  async purge(before: Date, limit: number): Promise<readonly LoggedChange[]> {
    const rows = await this.statements.rows<ChangeRow>(
      sql`WITH ended AS MATERIALIZED (
          SELECT user_id, id FROM mfa_changes WHERE at <= ${before}::timestamptz
          ORDER BY at LIMIT ${limit}::int FOR UPDATE SKIP LOCKED
        ), gone AS (
          DELETE FROM mfa_changes c USING ended
          WHERE c.user_id = ended.user_id AND c.id = ended.id RETURNING ${COLUMNS}
        ) SELECT * FROM gone`,
    );
    return rows.map((row) => this.sealed.open(row));
  }

  private async formerOf(
    subjectId: string,
    about: ChangeSubject,
    transaction: Transaction,
  ): Promise<Former | null> {
    if (about.kind === 'backup_codes') {
      const codes = await this.statements.rows<FormerBackupCode>(
        sql`SELECT lookup, hash, set_id AS "setId", created_at AS "createdAt", spent_at AS "spentAt"
          FROM mfa_backup_codes WHERE user_id = ${subjectId}`,
        transaction,
      );
      return { kind: 'backup_codes', codes };
    }
    const [row] = await this.statements.rows<CountedMethodRow>(
      sql`SELECT ${METHOD_COLUMNS}, m.failures AS m_failures, m.locked_until AS m_locked_until
        FROM mfa_methods m WHERE m.user_id = ${subjectId} AND m.id = ${about.id}`,
      transaction,
    );
    if (row === undefined) return null;
    return { kind: 'method', method: this.formerMethod(row, about.authenticators) };
  }

  private formerMethod(
    row: CountedMethodRow,
    authenticators: readonly Authenticator[] | undefined,
  ): FormerMethod {
    const method = this.rows.method(row);
    return {
      id: method.id,
      handler: method.handler,
      isActive: method.isActive,
      isPrimary: method.isPrimary,
      createdAt: method.createdAt,
      confirmedAt: method.confirmedAt,
      activatedAt: method.activatedAt,
      activation: method.activation,
      activatedVersion: method.activatedVersion,
      activatedIn: method.activatedIn,
      lastUsedAt: method.lastUsedAt,
      authenticators: authenticators ?? method.authenticators,
      stateVersion: method.stateVersion,
      version: method.version,
      failures: row.m_failures,
      lockedUntil: row.m_locked_until,
    };
  }
}

function batchesOf<T>(all: readonly T[]): T[][] {
  const starts = Array.from(
    { length: Math.ceil(all.length / BATCH_SIZE) },
    (_, n) => n * BATCH_SIZE,
  );
  return starts.map((start) => all.slice(start, start + BATCH_SIZE));
}

/** A key cannot be retired while a reversal can restore codes that are looked up with it. */
function lookupKeysOf(former: Former): string[] | null {
  if (former.kind !== 'backup_codes') return null;
  const unspent = former.codes.filter(({ spentAt }) => spentAt === null);
  return unspent.map(({ lookup }) => tagKeyIdOf(lookup));
}
