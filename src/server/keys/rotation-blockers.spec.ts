import { type KeyEntry } from '../config/keys/key-entry.js';
import { type ServerKeyNeed } from './key-needs.js';
import { whyRowsNeed, whyTokensNeed } from './rotation-blockers.js';

const REPLACED_AT = new Date('2026-03-01T10:00:00Z');
const key: KeyEntry = {
  id: 'old',
  mark: null,
  replacedAt: REPLACED_AT,
  isWrapped: false,
  bytes: Buffer.alloc(32),
};
const need = (use: ServerKeyNeed['use'], rows: number, keyId = 'old'): ServerKeyNeed => ({
  keyId,
  use,
  rows,
});

describe('the rows that need a key', () => {
  it('are counted by what they are, each with what frees them', () => {
    expect(whyRowsNeed(key, [need('state', 2), need('backup-lookup', 5)])).toBe(
      '2 methods are sealed by it (run `npm run keys:reencrypt`); 5 backup codes are found by it (they end when spent or replaced by new ones).',
    );
    expect(whyRowsNeed(key, [need('challenge', 1)])).toMatch(/^1 open challenges are sealed/);
    expect(whyRowsNeed(key, [need('outbox', 3)])).toMatch(/^3 events that wait/);
    expect(whyRowsNeed(key, [need('change-lookup', 5)])).toMatch(/^5 backup codes that an undone/);
    expect(whyRowsNeed(key, [need('refresh-token', 4)])).toBe(
      '4 sessions have a refresh token that is made by it (each gets one of the first key when it is next renewed, and ends when it is not).',
    );
  });

  it('are no reason when they need another key', () => {
    expect(whyRowsNeed(key, [need('state', 2, 'new')])).toBeNull();
  });
});

describe('the tokens that need a key', () => {
  const at = (hours: number) => new Date(REPLACED_AT.getTime() + hours * 3_600_000);

  it('do so for their life, and for the hour in which servers take the new key over', () => {
    const threeHours = 3 * 3600;
    expect(whyTokensNeed(key, threeHours, new Date(at(4).getTime() - 1))).toBe(
      'tokens and links of it may be good until 2026-03-01T14:00:00.000Z.',
    );
    expect(whyTokensNeed(key, threeHours, at(4))).toBeNull();
  });

  it('are not known where nobody has written down when it was replaced', () => {
    const reason = whyTokensNeed({ ...key, replacedAt: null }, 60, at(10_000));
    expect(reason).toMatch(/^nobody has written down/);
  });
});
