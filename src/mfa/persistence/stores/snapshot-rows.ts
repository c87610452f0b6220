import { raw } from 'sql-template-tag';
import { type MethodSnapshot } from '../../core/ports/stores.js';
import { METHOD_COLUMNS, type MethodRow, type SealedRows } from './rows.js';

/** Columns of `mfa_accounts AS a` and `mfa_methods AS m`. */
export const SNAPSHOT_COLUMNS = raw(`a.version AS a_version, ${METHOD_COLUMNS.text}`);

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
