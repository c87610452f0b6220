import { type MfaEvent } from './events.js';
import { type RowDisplacement, type RowInsert, type RowUpdate } from './host-rows.js';
import { type Transaction } from './stores.js';

/** Port: the audit. It only grows. */
export abstract class EventStore {
  /**
   * Writes events, together with rows of the host, in one statement.
   *
   * @returns the events that were recorded: those given, and the event of a displacement that displaced;
   * none, where a row is missing whose update is required, and then nothing is written
   */
  abstract append(
    events: readonly MfaEvent[],
    options?: {
      readonly rows?: readonly RowInsert[];
      readonly rowUpdates?: readonly RowUpdate[];
      readonly displacement?: RowDisplacement | undefined;
      readonly transaction?: Transaction;
    },
  ): Promise<readonly MfaEvent[]>;
}
