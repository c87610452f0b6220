import { type Clause } from '../support/clause.js';

/** Clauses in the order of their norm. */
export function sortedById(clauses: readonly Clause[]): readonly Clause[] {
  return clauses.toSorted((one, other) => one.id.localeCompare(other.id, 'en', { numeric: true }));
}
