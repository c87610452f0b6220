import sql, { type Sql } from 'sql-template-tag';
import { type MethodSnapshot } from '../../core/ports/stores.js';
import { METHOD_COLUMNS, type MethodRow, type SealedRows } from './rows.js';

/** Columns of `mfa_accounts AS a` and `mfa_methods AS m`, and the subject's set of backup codes. */
export function snapshotColumns(subjectId: string): Sql {
  return sql`a.version AS a_version, ${METHOD_COLUMNS}, (
          SELECT b.set_id FROM mfa_backup_codes b WHERE b.user_id = ${subjectId} LIMIT 1
        ) AS set_id`;
}

/** An account without methods yields one row; methods may exist without an account. */
export type SnapshotRow = { readonly a_version: number | null; readonly set_id: string | null } & (
  MethodRow | { readonly m_id: null }
);

/**
 * The methods of a subject as one moment has them.
 *
 * @param rows of one subject, in the order of their set-ups
 */
export function snapshotOf(
  subjectId: string,
  rows: readonly SnapshotRow[],
  sealed: SealedRows,
): MethodSnapshot {
  const methods = rows.flatMap((row) => (row.m_id === null ? [] : [sealed.method(row)]));
  const [first] = rows;
  const backupCodesId = first?.set_id ?? null;
  return { subjectId, methods, backupCodesId, version: first?.a_version ?? 0 };
}
