import { isWeakHashWork, LEAST_HASH_WORK_TEXT } from './hash-work.js';

/** A lower cost is for tests. */
const LEAST_BACKUP_CODE_HASH_COST = 10;

/** The settings that decide how slow a hash is. */
export const HASH_SETTINGS = [
  'PASSWORD_HASH_MEMORY_KIB',
  'PASSWORD_HASH_PASSES',
  'BACKUP_CODE_HASH_COST',
] as const;

/** The values of {@link HASH_SETTINGS}. */
export type HashSettings = Readonly<Record<(typeof HASH_SETTINGS)[number], number>>;

/** Hashes that are for tests alone: whether they are in force, and the line that refuses them at a place. */
export const WEAK_HASHES: readonly (readonly [
  isThere: (settings: HashSettings) => boolean,
  error: (place: string) => string,
])[] = [
  [
    ({ PASSWORD_HASH_MEMORY_KIB: memoryKib, PASSWORD_HASH_PASSES: passes }) =>
      isWeakHashWork({ memoryKib, passes }),
    (place) =>
      `PASSWORD_HASH_MEMORY_KIB and PASSWORD_HASH_PASSES are at least ${LEAST_HASH_WORK_TEXT} ${place}, so that a copy of the database is not soon guessed.`,
  ],
  [
    ({ BACKUP_CODE_HASH_COST: cost }) => cost < LEAST_BACKUP_CODE_HASH_COST,
    (place) =>
      `BACKUP_CODE_HASH_COST is at least ${LEAST_BACKUP_CODE_HASH_COST} ${place}, so that a copy of the database is not soon guessed.`,
  ],
];

/** The lines of production. */
export function errorsOfWeakHashes(settings: HashSettings): string[] {
  return WEAK_HASHES.filter(([isThere]) => isThere(settings)).map(([, error]) =>
    error('in production'),
  );
}
