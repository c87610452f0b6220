import { addSeconds } from '../../mfa/index.js';
import { type KeyEntry } from '../config/keys/key-entry.js';
import { type ServerKeyNeed } from './key-needs.js';

/** Servers take over a promoted key within this time. Until then they sign with the previous one. */
const ROLL_OUT_SECONDS = 3600;

/** The rows of each use, and how they become independent of a key. */
const ROWS: Readonly<Record<ServerKeyNeed['use'], readonly [rows: string, remedy: string]>> = {
  state: ['methods are sealed', 'run `npm run keys:reencrypt`'],
  challenge: ['open challenges are sealed', 'run `npm run keys:reencrypt`'],
  change: ['changes that can be undone are sealed', 'run `npm run keys:reencrypt`'],
  outbox: ['events that wait for a consumer are sealed', 'run `npm run keys:reencrypt`'],
  'backup-lookup': ['backup codes are found', 'they end when spent or replaced by new ones'],
  'change-lookup': [
    'backup codes that an undone change brings back are found',
    'they end once the change can no longer be undone and a clean-up has run',
  ],
  'device-token': [
    'remembered devices have a token that is made',
    'each gets one of the first key at its next sign-in, and is forgotten when there is none',
  ],
  'refresh-token': [
    'sessions have a refresh token that is made',
    'each gets one of the first key when it is next renewed, and ends when it is not',
  ],
};

/** The reason why rows still need a replaced key; null when none does. */
export function whyRowsNeed({ id }: KeyEntry, needs: readonly ServerKeyNeed[]): string | null {
  const reasons = needs
    .filter(({ keyId }) => keyId === id)
    .map(({ use, rows }) => {
      const [what, remedy] = ROWS[use];
      return `${rows} ${what} by it (${remedy})`;
    });
  return reasons.length === 0 ? null : `${reasons.join('; ')}.`;
}

/**
 * The reason why the tokens and links of a replaced key keep it in the ring; null when all of them have
 * ended.
 *
 * @param lifeSeconds the longest life of them
 */
export function whyTokensNeed(
  { replacedAt }: KeyEntry,
  lifeSeconds: number,
  now: Date,
): string | null {
  if (replacedAt === null) {
    return 'nobody has written down when another took its place: take it out by hand once its tokens have ended.';
  }
  const end = addSeconds(replacedAt, lifeSeconds + ROLL_OUT_SECONDS);
  return end > now ? `tokens and links of it may be good until ${end.toISOString()}.` : null;
}
