const ROWS_PER_BATCH = 500;

/** How much one run may delete. */
export interface DeletionBounds {
  /** At most so many rows; what is left over is for the next run. */
  readonly maxRows: number;
  /** Aborted: no further batch is begun. */
  readonly signal?: AbortSignal;
}

/**
 * Deletes a few hundred rows at a time, so that no transaction holds many locks or runs for long. Public
 * because the server cleans its own tables with it.
 *
 * @param deleteSome deletes at most `limit` rows and says how many; fewer mean that none is left
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
