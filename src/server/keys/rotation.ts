import { ConfigError } from '../config/values/config-error.js';
import { type KeyEntry } from '../config/keys/key-entry.js';

/** The entries of a ring, the one that seals or signs first. */
export type Ring = readonly KeyEntry[];

/**
 * First phase: the ring with a key that reads and does not seal yet.
 *
 * @param name of the ring, for sentences
 * @throws {ConfigError} when one such key is there already
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
 * Second phase: the ring with its next key first. The one that was first reads on, and bears the
 * time.
 *
 * @throws {ConfigError} when no key waits
 */
export function promote(name: string, ring: Ring, now: Date): Ring {
  const next = ring.find(isNext);
  const [first, ...others] = ring.filter((entry) => !isNext(entry));
  if (next === undefined || first === undefined) {
    throw new ConfigError([`${name} has no next key: make one with \`npm run keys:rotate\`.`]);
  }
  return [{ ...next, mark: null }, { ...first, replacedAt: now }, ...others];
}

/** What the third phase leaves of a ring. */
export interface Retirement {
  readonly ring: Ring;
  readonly removed: readonly KeyEntry[];
  /** Older keys that have to stay, each with a sentence that says why. */
  readonly kept: readonly { readonly key: KeyEntry; readonly reason: string }[];
}

/**
 * Third phase: the ring without the older keys that nothing needs any more.
 *
 * @param whyNeeded says what still needs a key; null: nothing does
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
