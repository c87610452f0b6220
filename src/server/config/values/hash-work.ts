/** The work of a hash of argon2id with one lane. */
export interface HashWork {
  readonly memoryKib: number;
  readonly passes: number;
}

/** The pairs of OWASP's Password Storage Cheat Sheet: about equally hard to guess against. */
const LEAST_HASH_WORK: readonly HashWork[] = [
  { memoryKib: 47_104, passes: 1 },
  { memoryKib: 19_456, passes: 2 },
  { memoryKib: 12_288, passes: 3 },
  { memoryKib: 9_216, passes: 4 },
  { memoryKib: 7_168, passes: 5 },
];

/** OWASP's first choice where memory is shared. */
export const DEFAULT_HASH_WORK: HashWork = { memoryKib: 19_456, passes: 2 };

/** The least pairs, as a phrase for a person. */
export const LEAST_HASH_WORK_TEXT = `one of ${LEAST_HASH_WORK.map(({ memoryKib, passes }) => `${memoryKib} and ${passes}`).join(', ')}`;

/** Whether a hash of this work is for tests alone. Neither number makes up for the other between the pairs. */
export function isWeakHashWork({ memoryKib, passes }: HashWork): boolean {
  return !LEAST_HASH_WORK.some((least) => memoryKib >= least.memoryKib && passes >= least.passes);
}
