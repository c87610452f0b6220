/** The program that a request came from, as a mail names it. */
export interface ClientProgram {
  /** One of {@link BROWSERS}. */
  readonly browser: string;
  /** One of {@link SYSTEMS}; null if the user agent names none of them. */
  readonly system: string | null;
}

/** Far longer than user agents of browsers; the rest of a longer text is ignored. */
const LONGEST_READ = 256;

/**
 * Names of browsers by their mark in the user agent [RFC 9110 §10.1.5]. The first match counts,
 * because most browsers also name older ones: Edge names Chrome, and Chrome names Safari.
 */
const BROWSERS: readonly (readonly [mark: RegExp, name: string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|OPT|OPiOS|Opera)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\bYaBrowser\//, 'Yandex Browser'],
  [/\bDuckDuckGo\//, 'DuckDuckGo'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:(?:Headless)?Chrome|Chromium|CriOS)\//, 'Chrome'],
  [/\bVersion\/[\d.]{1,16} (?:Mobile\/\w{1,16} )?Safari\//, 'Safari'],
];

/** As {@link BROWSERS}: Android also names Linux, and iPhones also name Mac OS X. */
const SYSTEMS: readonly (readonly [mark: RegExp, name: string])[] = [
  [/\biPad\b/, 'iPadOS'],
  [/\b(?:iPhone|iPod)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\b(?:Macintosh|Mac OS X)\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

/**
 * Reads a user agent. A client may write any text there, so the result comes from fixed lists. Null
 * if it names no known browser.
 */
export function clientProgram(userAgent: string | null): ClientProgram | null {
  const read = (userAgent ?? '').slice(0, LONGEST_READ);
  const browser = nameIn(read, BROWSERS);
  return browser === null ? null : { browser, system: nameIn(read, SYSTEMS) };
}

function nameIn(text: string, names: typeof BROWSERS): string | null {
  return names.find(([mark]) => mark.test(text))?.[1] ?? null;
}
