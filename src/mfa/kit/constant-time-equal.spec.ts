import { constantTimeEqual } from './constant-time-equal.js';

describe('constantTimeEqual', () => {
  it.each([
    ['the same bytes', 'abc', 'abc', true],
    ['no bytes', '', '', true],
    ['a last byte that differs', 'abc', 'abd', false],
    ['a first byte that differs', 'abc', 'bbc', false],
    ['a shorter one', 'abc', 'ab', false],
    ['a longer one', 'abc', 'abcd', false],
    ['an empty one', 'abc', '', false],
  ])('compares %s', (_, one, other, expected) => {
    expect(constantTimeEqual(Buffer.from(one), Buffer.from(other))).toBe(expected);
  });
});
