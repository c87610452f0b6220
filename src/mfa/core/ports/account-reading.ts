import { type SubjectRow } from './host-rows.js';
import { type ChallengeRecord, type MethodSnapshot, type Transaction } from './stores.js';

/** Whose account is read, and which challenge with it. */
export interface AccountQuery {
  readonly subjectId: string;
  /** Absent: none. */
  readonly challenge?: { readonly id: string; readonly now: Date };
}

/** What storage and host know of an account at one moment. */
export interface AccountFacts {
  readonly snapshot: MethodSnapshot;
  /** As {@link ChallengeStore.findOpen}. */
  readonly challenge: ChallengeRecord | null;
  /** The values of {@link SubjectRow.columns} by their names; null without such a row. */
  readonly values: Readonly<Record<string, unknown>> | null;
}

/**
 * Port: reads methods, a challenge and the subject's row of the host in one statement. Optional. Absent where
 * the storage cannot read tables of the host.
 */
export abstract class AccountReading {
  abstract read(
    query: AccountQuery,
    row: SubjectRow,
    transaction?: Transaction,
  ): Promise<AccountFacts>;
}
