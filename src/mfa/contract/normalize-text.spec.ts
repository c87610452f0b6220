import { jest } from '@jest/globals';
import { normalizeText } from './normalize-text.js';

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
