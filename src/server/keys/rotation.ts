import { ConfigError } from '../config/values/config-error.js';
import { type KeyEntry } from '../config/keys/key-entry.js';

/** The entries of a ring. The first one seals or signs. */
export type Ring = readonly KeyEntry[];

/**
 * First phase: adds a key that reads and does not seal yet.
 *
 * @param name of the ring, for messages
 * @throws {ConfigError} when the ring already has such a key
 */
export function addNext(name: string, ring: Ring, key: KeyEntry): Ring {
  const waiting = ring.find(isNext);
  if (waiting !== undefined) {
    throw new ConfigError([
      `${name} has a next key already, "${waiting.id}": promote it with \`npm run keys:rotate -- --promote\`.`,
    ]);
  }
  return [...ring, { ...key, mark: 'next', replacedAt: null }];
}

/**
 * Second phase: moves the next key to the front. The previous first key still reads, and its entry gets
 * the time.
 *
 * @throws {ConfigError} without a next key
 */
export function promote(name: string, ring: Ring, now: Date): Ring {
  const next = ring.find(isNext);
  const [first, ...others] = ring.filter((entry) => !isNext(entry));
  if (next === undefined || first === undefined) {
    throw new ConfigError([`${name} has no next key: make one with \`npm run keys:rotate\`.`]);
  }
  return [{ ...next, mark: null }, { ...first, replacedAt: now }, ...others];
}

/** The result of the third phase. */
export interface Retirement {
  readonly ring: Ring;
  readonly removed: readonly KeyEntry[];
  /** Older keys that stay, each with the reason in a sentence. */
  readonly kept: readonly { readonly key: KeyEntry; readonly reason: string }[];
}

/**
 * Third phase: removes older keys that nothing needs.
 *
 * @param whyNeeded gives the reason to keep a key; null: there is none
 */
export function retire(ring: Ring, whyNeeded: (key: KeyEntry) => string | null): Retirement {
  const older = ring.slice(1).filter((entry) => !isNext(entry));
  const judged = older.map((key) => ({ key, reason: whyNeeded(key) }));
  const removed = judged.filter(({ reason }) => reason === null).map(({ key }) => key);
  return {
    ring: ring.filter((key) => !removed.includes(key)),
    removed,
    kept: judged.flatMap(({ key, reason }) => (reason === null ? [] : [{ key, reason }])),
  };
}

function isNext({ mark }: KeyEntry): boolean {
  return mark === 'next';
}
