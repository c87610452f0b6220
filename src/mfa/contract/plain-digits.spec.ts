import { withPlainDigits } from './plain-digits.js';

describe('withPlainDigits', () => {
  it.each([
    ['Arabic', '٠١٢٣٤٥٦٧٨٩'],
    ['Persian', '۰۱۲۳۴۵۶۷۸۹'],
    ['Devanagari', '०१२३४५६७८९'],
    ['Bengali', '০১২৩৪৫৬৭৮৯'],
    ['Thai', '๐๑๒๓๔๕๖๗๘๙'],
    ['full-width', '０１２３４５６７８９'],
    ['bold', '𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗'],
    ['monospaced, the last of five that follow each other', '𝟶𝟷𝟸𝟹𝟺𝟻𝟼𝟽𝟾𝟿'],
    ['plain', '0123456789'],
  ])('reads digits that are %s', (_, text) => {
    expect(withPlainDigits(text)).toBe('0123456789');
  });

  it('leaves all else as it is', () => {
    expect(withPlainDigits('a-b ½ ① 四 \ud800')).toBe('a-b ½ ① 四 \ud800');
  });
});
