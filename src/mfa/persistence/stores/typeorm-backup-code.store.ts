import { Injectable } from '@nestjs/common';
import sql from 'sql-template-tag';
import {
  type BackupCodeCount,
  BackupCodeStore,
  type StoredBackupCodes,
  type Transaction,
} from '../../core/ports/stores.js';
import { Statements } from '../database/statements.js';
import { replaceBackupCodes } from './writes.js';

/** Keeps backup codes in `mfa_backup_codes`. */
@Injectable()
export class TypeOrmBackupCodeStore extends BackupCodeStore {
  constructor(private readonly statements: Statements) {
    super();
  }

  async replaceAll(
    subjectId: string,
    set: StoredBackupCodes,
    transaction: Transaction,
  ): Promise<void> {
    await this.statements.rows(
      sql`WITH account AS (SELECT ${subjectId}::text AS user_id), ${replaceBackupCodes(set)}
        SELECT 1 FROM account`,
      transaction,
    );
  }

  async deleteAll(subjectId: string, transaction: Transaction): Promise<number> {
    const [dead] = await this.statements.rows<{ unspent: number }>(
      sql`WITH dead AS (
          DELETE FROM mfa_backup_codes WHERE user_id = ${subjectId} RETURNING spent_at
        ) SELECT count(*) FILTER (WHERE spent_at IS NULL)::int AS unspent FROM dead`,
      transaction,
    );
    return dead?.unspent ?? 0;
  }

  async deleteSet(subjectId: string, setId: string, transaction: Transaction): Promise<void> {
    await this.statements.changed(
      sql`DELETE FROM mfa_backup_codes WHERE user_id = ${subjectId} AND set_id = ${setId}::uuid`,
      transaction,
    );
  }

  async count(subjectId: string, transaction?: Transaction): Promise<BackupCodeCount> {
    const [counted] = await this.statements.rows<BackupCodeCount>(
      sql`SELECT count(*) FILTER (WHERE spent_at IS NULL)::int AS remaining,
          count(*)::int AS total, max(created_at) AS "createdAt",
          max(set_id::text) AS id
        FROM mfa_backup_codes WHERE user_id = ${subjectId}`,
      transaction,
    );
    return counted ?? { remaining: 0, total: 0, createdAt: null, id: null };
  }
}
