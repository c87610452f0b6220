import { jest } from '@jest/globals';
import fc from 'fast-check';
import { MAX_CODE_LENGTH, normalizeCode, normalizeText } from './normalize-text.js';

describe('normalizeText', () => {
  it('normalises a text that is as long as it may be', () => {
    expect(normalizeText('ﬁv', { form: 'NFKC', maxLength: 2 })).toBe('fiv');
    expect(normalizeText('e\u0301', { form: 'NFC', maxLength: 2 })).toBe('é');
  });

  it('leaves a longer one alone, however costly it is', () => {
    const normalize = jest.spyOn(String.prototype, 'normalize');
    const costly = `a${'\u0301\u0327'.repeat(30_000)}`;
    expect(normalizeText(costly, { form: 'NFC', maxLength: costly.length - 1 })).toBeNull();
    expect(normalize).not.toHaveBeenCalled();
    normalize.mockRestore();
  });
});

describe('normalizeCode', () => {
  it.each([
    ['plain digits', '123456', '123456'],
    ['letters, whose case is kept', 'aB3', 'aB3'],
    ['blanks around and within', ' 123 456\t\n', '123456'],
    ['no-break and ideographic blanks', '123\u00a0456\u3000', '123456'],
    ['hyphens', '12-34-56', '123456'],
    ['dashes and the minus sign', '12\u201334\u201456\u2212', '123456'],
    ['full-width digits', '１２３４５６', '123456'],
    ['mathematical digits', '𝟏𝟐𝟑𝟜𝟝𝟞', '123456'],
    ['circled digits', '①②③', '123'],
    ['zero-width blanks and joiners', '1\u200b2\u200c3\u200d4\u20605\ufeff6', '123456'],
    ['direction marks and soft hyphens', '\u202e123\u00ad456\u200f', '123456'],
    ['format marks that may show', '1\ufff92\u06003', '123'],
    ['variation selectors and fillers', '1\ufe0f2\u115f3\u3164', '123'],
    ['control characters', '123\u0000456\u007f', '123456'],
    ['nothing', '', ''],
    ['nothing but what is dropped', ' -\u200b- ', ''],
  ])('reads %s', (_, text, code) => {
    expect(normalizeCode(text)).toBe(code);
  });

  it('reads digits of other scripts', () => {
    expect(normalizeCode('١٢٣ ۴۵۶')).toBe('123456');
  });

  it('reads a text of the greatest length, and nothing of a longer one', () => {
    expect(normalizeCode('1'.repeat(MAX_CODE_LENGTH))).toHaveLength(MAX_CODE_LENGTH);
    expect(normalizeCode('1'.repeat(MAX_CODE_LENGTH + 1))).toBe('');
    expect(normalizeCode(`123456${' '.repeat(MAX_CODE_LENGTH)}`)).toBe('');
  });

  it('reads nothing of a text that grows beyond the greatest length', () => {
    // One character becomes eighteen.
    expect(normalizeCode('\ufdfa'.repeat(MAX_CODE_LENGTH))).toBe('');
  });

  it('is the same when done twice, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        const once = normalizeCode(text);
        expect(normalizeCode(once)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });

  it('is the same when a dropped character parts two marks', () => {
    const once = normalizeCode('a\u0301\u200c\u0323');
    expect(normalizeCode(once)).toBe(once);
  });

  it('does not depend on what is dropped, wherever it stands', () => {
    const dropped = fc.constantFrom(' ', '-', '\u200b', '\ufeff', '\u2014', '\u00a0', '\u0000');
    const digit = fc.integer({ min: 0, max: 9 }).map(String);
    fc.assert(
      fc.property(fc.array(fc.tuple(digit, dropped), { maxLength: 20 }), (pairs) => {
        const code = pairs.map(([character]) => character).join('');
        expect(normalizeCode(pairs.flat().join(''))).toBe(code);
      }),
    );
  });
});
