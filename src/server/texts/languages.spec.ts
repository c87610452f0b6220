import { acceptedLanguage, LANGUAGE_CODES, languageOf } from './languages.js';

describe('acceptedLanguage', () => {
  it.each([
    ['de', 'de'],
    ['de-AT', 'de'],
    ['DE-ch,de;q=0.9,en;q=0.8', 'de'],
    ['en-US,en;q=0.9,de;q=0.8', 'en'],
    ['en;q=0.1, de;q=0.7', 'de'],
    ['fr-FR,fr;q=0.9,de;q=0.5', 'de'],
    ['fr, it', null],
    ['de;q=0', null],
    ['*', null],
    ['fr, *;q=0.5', null],
    ['fr, *;q=0.5, de;q=0.1', 'de'],
    ['', null],
    [',;q=x;;', null],
  ])('takes of "%s" %s', (header, language) => {
    expect(acceptedLanguage({ 'accept-language': header })).toBe(language);
  });

  it('knows nothing where nothing is asked for', () => {
    expect(acceptedLanguage({})).toBeNull();
  });
});

describe('languageOf', () => {
  it('knows the languages with texts, and no others', () => {
    expect(LANGUAGE_CODES).toEqual(['en', 'de']);
    expect(LANGUAGE_CODES.map(languageOf)).toEqual(LANGUAGE_CODES);
    expect(['fr', 'toString', '', null].map(languageOf)).toEqual([null, null, null, null]);
  });
});
