import { type CleanedRows } from '../../mfa/index.js';

/** One line for the log; null: another server is running it. */
export function describeRetention(cleaned: CleanedRows | null): string {
  if (cleaned === null) return 'Another server is cleaning up.';
  const counts = Object.entries(cleaned).map(([table, rows]) => `${table} ${rows}`);
  return `Rows deleted: ${counts.join(', ')}`;
}
