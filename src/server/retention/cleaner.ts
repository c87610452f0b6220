import { type CleanedRows, type RetentionScope } from '../../mfa/index.js';

/**
 * Deletes expired rows in the tables of one module. Every provider that extends this class takes
 * part in each run, wherever it is provided.
 */
export abstract class Cleaner {
  /** @param scope its `maxRows` counts for each table */
  abstract clean(scope: RetentionScope): Promise<CleanedRows>;
}
