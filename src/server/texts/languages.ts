import Negotiator from 'negotiator';
import { type HttpRequest } from '../../mfa/index.js';
import { english } from './english.js';
import { german } from './german.js';
import { type LanguageTexts } from './language-texts.js';

/** Texts by the language's code [RFC 5646 §2.1]. A further language is a file and a line here. */
export const LANGUAGES = { en: english, de: german } as const satisfies Record<
  string,
  LanguageTexts
>;

/** A language that the server has texts in. */
export type Language = keyof typeof LANGUAGES;

/** Every {@link Language}; the first one is the default. */
export const LANGUAGE_CODES = Object.keys(LANGUAGES) as [Language, ...Language[]];

/** The longest `Accept-Language` that is read, several times what browsers send. */
const LONGEST_HEADER = 1024;

/** The client's preferred language among ours [RFC 9110 §12.5.4]; null if it names none of them. */
export function acceptedLanguage(headers: HttpRequest['headers']): Language | null {
  const accepted = headers['accept-language'];
  if (accepted === undefined || String(accepted).length > LONGEST_HEADER) return null;
  // Removes `*`, which programs without a language send: the operator chooses for them.
  const named = String(accepted).replaceAll(/\*[^,]*/g, '');
  const negotiator = new Negotiator({ headers: { 'accept-language': named } });
  return languageOf(negotiator.language([...LANGUAGE_CODES]) ?? null);
}

/** The language of this code; null if there are no texts in it. */
export function languageOf(code: string | null): Language | null {
  return LANGUAGE_CODES.find((language) => language === code) ?? null;
}

/** The texts in the language of this code, or in the fallback if there are none. */
export function textsFor(code: string | null | undefined, fallback: Language): LanguageTexts {
  return LANGUAGES[languageOf(code ?? null) ?? fallback];
}
