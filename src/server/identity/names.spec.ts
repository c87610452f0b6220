import { foldName } from './names.js';

describe('foldName', () => {
  it.each([
    ['Jürgen', 'JÜRGEN'],
    ['info@example.org', 'INFO@EXAMPLE.ORG'],
    ['Οδυσσευς', 'ΟΔΥΣΣΕΥΣ'],
    ['οδυσσευς', 'οδυσσευσ'],
  ])('takes %s and %s for one', (one, other) => {
    expect(foldName(one)).toBe(foldName(other));
  });

  it.each([
    ['jurgen', 'jürgen'],
    ['ı', 'i'],
    ['ß', 'ss'],
  ])('keeps %s and %s apart', (one, other) => {
    expect(foldName(one)).not.toBe(foldName(other));
  });
});
