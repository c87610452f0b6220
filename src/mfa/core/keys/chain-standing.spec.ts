import { addSeconds } from '../../contract/clock.js';
import { type ChainRow, chainStandingOf } from './chain-standing.js';

const now = new Date('2026-01-01T12:00:00Z');
const ago = (seconds: number) => addSeconds(now, -seconds);
const row: ChainRow = { generation: 7, salt: 'seven', formerSalt: 'six', spentAt: null };

function standingOf(
  generation: number,
  salt: string,
  spentAt: Date | null,
  graceSeconds = 20,
): string {
  return chainStandingOf({ generation, salt }, { ...row, spentAt }, { now, graceSeconds });
}

describe('a token of a chain', () => {
  it.each([
    ['the present one', 7, 'seven', null, 'present'],
    ['the one before, spent now', 6, 'six', now, 'former'],
    ['the one before, at the last moment', 6, 'six', ago(19.999), 'former'],
    ['the one before, too late', 6, 'six', ago(20), 'reused'],
    ['an older one, spent a moment ago', 5, 'five', ago(19.999), 'just_spent'],
    ['an older one, too late', 5, 'five', ago(20), 'reused'],
    ['an old one of which nobody remembers when', 2, 'two', null, 'reused'],
  ])('is %s', (_, generation, salt, spentAt, standing) => {
    expect(standingOf(generation, salt, spentAt)).toBe(standing);
  });

  it.each([
    ['from after the backup that was restored', 8, 'eight', null],
    ['of the present number from before it was restored', 7, 'other', null],
    ['of the number before from before it was restored', 6, 'other', now],
  ])('is unknown %s', (_, generation, salt, spentAt) => {
    expect(standingOf(generation, salt, spentAt)).toBe('unknown');
  });

  it.each([6, 5])('has no grace where that is none, %i', (generation) => {
    expect(standingOf(generation, 'six', now, 0)).toBe('reused');
  });

  it('has a grace no longer where a clock was ahead', () => {
    expect(standingOf(6, 'six', addSeconds(now, 3600))).toBe('reused');
    expect(standingOf(6, 'six', addSeconds(now, 1))).toBe('former');
  });
});
