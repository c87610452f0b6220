import { type CleanedRows, type RetentionScope } from '../../mfa/index.js';

/**
 * Deletes what is over in the tables of one module. A provider that extends this class takes part in
 * every clean-up, wherever it is provided.
 */
export abstract class Cleaner {
  /** @param scope its `maxRows` counts for each table */
  abstract clean(scope: RetentionScope): Promise<CleanedRows>;
}
