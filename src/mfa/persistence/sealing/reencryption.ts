import { Injectable } from '@nestjs/common';
import sql from 'sql-template-tag';
import { KeyRing } from '../../core/keys/key-ring.js';
import { Clock } from '../../contract/clock.js';
import { PayloadCipher, sealingKeyIdOf } from './payload-cipher.js';
import { SEALED_TABLES, type SealedTable } from './sealed-tables.js';
import { Statements } from '../database/statements.js';

/** The progress of a re-encryption. */
export interface ReencryptionProgress {
  /** Rows checked so far. */
  readonly seen: number;
  /** Rows that existed at its start. */
  readonly total: number;
  /** Rows that another key had sealed, and that the ring's first key now seals. */
  readonly reencrypted: number;
  /** Rows skipped because others were changing them; they may still need another key. */
  readonly left: number;
}

/** A row of a page. */
interface SealedRow {
  readonly user_id: string;
  readonly id: string;
  readonly purpose: string;
  readonly envelope: Buffer;
}

/** The place in a table after which a page begins. */
type Place = Pick<SealedRow, 'user_id' | 'id'>;

const ROWS_PER_PAGE = 500;
const BEFORE_ALL: Place = { user_id: '', id: '00000000-0000-0000-0000-000000000000' };

/**
 * Seals with the ring's first key what other keys have sealed. It may be stopped and restarted at
 * any point, and run beside the servers: it skips rows that are being changed.
 */
@Injectable()
export class Reencryption {
  constructor(
    private readonly statements: Statements,
    private readonly cipher: PayloadCipher,
    private readonly keys: KeyRing,
    private readonly clock: Clock,
  ) {}

  /**
   * @param report called after every page of rows
   * @throws {Error} when a row's key is not in the ring; what came before stays done
   */
  async run(report: (progress: ReencryptionProgress) => void): Promise<ReencryptionProgress> {
    let progress = { seen: 0, total: await this.count(), reencrypted: 0, left: 0 };
    for (const table of SEALED_TABLES) {
      for await (const rows of this.pages(table)) {
        const old = rows.filter(({ envelope }) => this.isOld(table, envelope));
        const changed = old.length === 0 ? 0 : await this.reseal(table, old);
        progress = {
          ...progress,
          seen: progress.seen + rows.length,
          reencrypted: progress.reencrypted + changed,
          left: progress.left + old.length - changed,
        };
        report(progress);
      }
    }
    return progress;
  }

  private isOld({ use }: SealedTable, envelope: Buffer): boolean {
    return sealingKeyIdOf(envelope) !== this.keys.newest(use).id;
  }

  private async count(): Promise<number> {
    const counts = await Promise.all(
      SEALED_TABLES.map((table) =>
        this.statements.rows<{ rows: number }>(
          sql`SELECT count(*)::int AS rows FROM ${table.name} t
            WHERE ${table.isNeeded(this.clock.now())}`,
        ),
      ),
    );
    return counts.flat().reduce((total, { rows }) => total + rows, 0);
  }

  private async *pages(table: SealedTable): AsyncGenerator<SealedRow[]> {
    let rows = await this.page(table, BEFORE_ALL);
    while (rows.length > 0) {
      yield rows;
      rows = await this.page(table, rows.at(-1) ?? BEFORE_ALL);
    }
  }

  private page(table: SealedTable, after: Place): Promise<SealedRow[]> {
    return this.statements.rows<SealedRow>(
      sql`SELECT t.user_id, t.id::text AS id, ${table.purpose} AS purpose, t.${table.envelope} AS envelope
        FROM ${table.name} t
        WHERE (t.user_id, t.id) > (${after.user_id}, ${after.id}::${table.idType})
          AND ${table.isNeeded(this.clock.now())}
        ORDER BY t.user_id, t.id LIMIT ${ROWS_PER_PAGE}`,
    );
  }

  /**
   * Updates all rows of a page in one statement. It never waits for a lock, because it holds many:
   * a deadlock could cost a person the sign-in.
   *
   * @returns how many rows were unchanged and unlocked
   */
  private reseal(table: SealedTable, rows: readonly SealedRow[]): Promise<number> {
    const { name, envelope, idType } = table;
    const sealed = rows.map((row) => this.sealAnew(table, row));
    return this.statements.changed(
      sql`WITH fresh AS (
          SELECT * FROM unnest(
            ${rows.map((row) => row.user_id)}::text[], ${rows.map((row) => row.id)}::${idType}[],
            ${rows.map((row) => row.envelope)}::bytea[], ${sealed}::bytea[]
          ) AS fresh(user_id, id, old, new)
        ), free AS (
          SELECT t.user_id, t.id, fresh.old, fresh.new FROM ${name} t
          JOIN fresh ON t.user_id = fresh.user_id AND t.id = fresh.id AND t.${envelope} = fresh.old
          FOR UPDATE OF t SKIP LOCKED
        )
        UPDATE ${name} t SET ${envelope} = free.new FROM free
        WHERE t.user_id = free.user_id AND t.id = free.id AND t.${envelope} = free.old`,
    );
  }

  private sealAnew({ use }: SealedTable, { user_id, id, purpose, envelope }: SealedRow): Buffer {
    const owner = { use, subjectId: user_id, rowId: id, purpose };
    return this.cipher.seal(this.cipher.open(envelope, owner), owner);
  }
}
