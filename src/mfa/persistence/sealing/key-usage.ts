import { Injectable } from '@nestjs/common';
import sql from 'sql-template-tag';
import { Clock } from '../../contract/clock.js';
import { type PayloadOwner } from './payload-cipher.js';
import { SEALED_TABLES, type SealedTable, sealingKeyId } from './sealed-tables.js';
import { Statements } from '../database/statements.js';

/** How many rows need one key of the ring for one use. */
export interface KeyNeed {
  readonly keyId: string;
  readonly use: PayloadOwner['use'] | 'backup-lookup' | 'change-lookup' | 'device-token';
  /** At least 1. */
  readonly rows: number;
}

/** Which keys of the ring the database still needs. */
@Injectable()
export class KeyUsage {
  constructor(
    private readonly statements: Statements,
    private readonly clock: Clock,
  ) {}

  /**
   * Counts, by key and use, the envelopes that may still be opened and the unspent backup codes,
   * also those that a reversal would bring back, and the remembered devices by the key of their
   * present token. Backup codes cannot be re-encrypted: their tags
   * need the key until they are spent or finally replaced. Send counts of addresses and ephemeral
   * tokens are left out: they expire by themselves within an hour.
   */
  async count(): Promise<KeyNeed[]> {
    const counts = await Promise.all([
      ...SEALED_TABLES.map((table) => this.countEnvelopes(table)),
      this.countBackupCodes(),
      this.countKeptBackupCodes(),
      this.countDevices(),
    ]);
    return counts.flat();
  }

  private async countEnvelopes(table: SealedTable): Promise<KeyNeed[]> {
    const rows = await this.statements.rows<Omit<KeyNeed, 'use'>>(
      sql`SELECT ${sealingKeyId(table)} AS "keyId", count(*)::int AS rows
        FROM ${table.name} t WHERE ${table.isNeeded(this.clock.now())}
        GROUP BY 1 ORDER BY 1`,
    );
    return rows.map((row) => ({ ...row, use: table.use }));
  }

  private async countBackupCodes(): Promise<KeyNeed[]> {
    const rows = await this.statements.rows<Omit<KeyNeed, 'use'>>(
      sql`SELECT split_part(lookup, '.', 1) AS "keyId", count(*)::int AS rows
        FROM mfa_backup_codes WHERE spent_at IS NULL GROUP BY 1 ORDER BY 1`,
    );
    return rows.map((row) => ({ ...row, use: 'backup-lookup' }));
  }

  private async countKeptBackupCodes(): Promise<KeyNeed[]> {
    const rows = await this.statements.rows<Omit<KeyNeed, 'use'>>(
      sql`SELECT "keyId", count(*)::int AS rows
        FROM mfa_changes c, unnest(c.lookup_keys) AS "keyId" GROUP BY 1 ORDER BY 1`,
    );
    return rows.map((row) => ({ ...row, use: 'change-lookup' }));
  }

  private async countDevices(): Promise<KeyNeed[]> {
    const rows = await this.statements.rows<Omit<KeyNeed, 'use'>>(
      sql`SELECT key_id AS "keyId", count(*)::int AS rows
        FROM mfa_devices WHERE expires_at > ${this.clock.now()} GROUP BY 1 ORDER BY 1`,
    );
    return rows.map((row) => ({ ...row, use: 'device-token' }));
  }
}
