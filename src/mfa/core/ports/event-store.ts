import { type MfaEvent } from './events.js';
import { type RowInsert, type RowUpdate } from './host-rows.js';
import { type Transaction } from './stores.js';

/** Port: the audit, append only. */
export abstract class EventStore {
  /** Writes events, and any rows of the host's with them, in one statement. */
  abstract append(
    events: readonly MfaEvent[],
    options?: {
      readonly rows?: readonly RowInsert[];
      readonly rowUpdates?: readonly RowUpdate[];
      readonly transaction?: Transaction;
    },
  ): Promise<void>;
}
