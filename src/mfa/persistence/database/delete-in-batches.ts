const ROWS_PER_BATCH = 500;

/** How much one run may delete. */
export interface DeletionBounds {
  /** The most rows of one run; the next run deletes the rest. */
  readonly maxRows: number;
  /** Once it is aborted, no further batch begins. */
  readonly signal?: AbortSignal;
}

/**
 * Deletes a few hundred rows at a time, so that no transaction holds many locks or runs for long. Public
 * because the server cleans its own tables with it.
 *
 * @param deleteSome deletes at most `limit` rows and returns their number; fewer mean that none is
 *   left
 * @returns how many were deleted
 */
export async function deleteInBatches(
  { maxRows, signal }: DeletionBounds,
  deleteSome: (limit: number) => Promise<number>,
): Promise<number> {
  let deleted = 0;
  while (deleted < maxRows && signal?.aborted !== true) {
    const limit = Math.min(ROWS_PER_BATCH, maxRows - deleted);
    const found = await deleteSome(limit);
    deleted += found;
    if (found < limit) break;
  }
  return deleted;
}
