import { Injectable } from '@nestjs/common';
import sql from 'sql-template-tag';
import {
  type BackupCodeCount,
  BackupCodeStore,
  type StoredBackupCode,
  type Transaction,
} from '../../core/stores.js';
import { Statements } from './statements.js';

/** Keeps backup codes in `mfa_backup_codes`. */
@Injectable()
export class TypeOrmBackupCodeStore extends BackupCodeStore {
  constructor(private readonly statements: Statements) {
    super();
  }

  async replaceAll(
    subjectId: string,
    codes: readonly StoredBackupCode[],
    now: Date,
    transaction: Transaction,
  ): Promise<void> {
    await this.deleteAll(subjectId, transaction);
    const lookups = codes.map(({ lookup }) => lookup);
    const hashes = codes.map(({ hash }) => hash);
    await this.statements.changed(
      sql`INSERT INTO mfa_backup_codes (user_id, lookup, hash, created_at)
        SELECT ${subjectId}::text, code.lookup, code.hash, ${now}::timestamptz
        FROM unnest(${lookups}::text[], ${hashes}::text[]) AS code(lookup, hash)`,
      transaction,
    );
  }

  async deleteAll(subjectId: string, transaction: Transaction): Promise<void> {
    await this.statements.changed(
      sql`DELETE FROM mfa_backup_codes WHERE user_id = ${subjectId}`,
      transaction,
    );
  }

  async count(subjectId: string, transaction?: Transaction): Promise<BackupCodeCount> {
    const [counted] = await this.statements.rows<BackupCodeCount>(
      sql`SELECT count(*) FILTER (WHERE spent_at IS NULL)::int AS remaining,
          count(*)::int AS total, max(created_at) AS "createdAt"
        FROM mfa_backup_codes WHERE user_id = ${subjectId}`,
      transaction,
    );
    return counted ?? { remaining: 0, total: 0, createdAt: null };
  }
}
