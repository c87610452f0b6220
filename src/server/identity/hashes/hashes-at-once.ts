import { availableParallelism, totalmem } from 'node:os';

/** What the hashes of this process share. */
export interface Machine {
  readonly processors: number;
  readonly memoryBytes: number;
}

/** The part of the memory that hashes may fill at once. */
const MEMORY_SHARE = 1 / 4;

/** As many as are configured, but no more than there are processors and memory for; at least one. */
export function hashesAtOnce(
  configured: { readonly atOnce: number; readonly memoryKib: number },
  { processors, memoryBytes }: Machine = thisMachine(),
): number {
  const fitting = Math.floor((memoryBytes * MEMORY_SHARE) / (configured.memoryKib * 1024));
  return Math.max(1, Math.min(configured.atOnce, processors, fitting));
}

function thisMachine(): Machine {
  // 0 without a limit, as that of a container.
  const limit = process.constrainedMemory() || Infinity;
  return { processors: availableParallelism(), memoryBytes: Math.min(totalmem(), limit) };
}
