/**
 * What a token of a chain is to the row of its chain:
 * - `present`: the one that is renewed;
 * - `former`: the one just before, spent a moment ago: another tab has it, or its answer was lost;
 * - `just_spent`: an older one that was spent a moment ago, too: a tab that is two renewals behind;
 * - `reused`: spent longer ago than that: it is in two hands;
 * - `unknown`: none that the row has ever known, as after a backup was restored.
 */
export type ChainStanding = 'present' | 'former' | 'just_spent' | 'reused' | 'unknown';

/** What the row of a chain says of its tokens. */
export interface ChainRow {
  readonly generation: number;
  readonly salt: string;
  /** Of the token just before the present one; null: there was none. */
  readonly formerSalt: string | null;
  /** When the token that came was spent; null: it is not, or nobody remembers. */
  readonly spentAt: Date | null;
}

/**
 * What a token is to the row of its chain. An old token is not compared with more than its number: of
 * those, the row keeps no salt.
 *
 * @param graceSeconds how long a spent token is no sign of theft; 0: it always is
 */
export function chainStandingOf(
  token: { readonly generation: number; readonly salt: string },
  row: ChainRow,
  { now, graceSeconds }: { readonly now: Date; readonly graceSeconds: number },
): ChainStanding {
  const age = row.generation - token.generation;
  if (age < 0) return 'unknown';
  if (age === 0) return token.salt === row.salt ? 'present' : 'unknown';
  if (!isWithin(graceSeconds, row.spentAt, now)) return 'reused';
  if (age > 1) return 'just_spent';
  return token.salt === row.formerSalt ? 'former' : 'unknown';
}

/** A clock that was ahead makes no grace longer: what is so far in the future is as far away. */
function isWithin(seconds: number, spentAt: Date | null, now: Date): boolean {
  return spentAt !== null && Math.abs(now.getTime() - spentAt.getTime()) < seconds * 1000;
}
