/** What a mail says of the program that a request came from. */
export interface ClientProgram {
  /** One of {@link BROWSERS}. */
  readonly browser: string;
  /** One of {@link SYSTEMS}; null: none of them is named. */
  readonly system: string | null;
}

/** Far above what browsers call themselves; the rest of a longer text is not looked at. */
const LONGEST_READ = 256;

/**
 * What a program is called by its mark [RFC 9110 §10.1.5]. The order decides: most browsers name the
 * ones before them too, as Edge does Chrome and Chrome does Safari.
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

/** As {@link BROWSERS}: Android names Linux, and phones of Apple name Mac OS X. */
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
 * Reads a user agent. Whoever made the request may have typed it, so nothing of its text is kept: what
 * comes back is of a fixed list. Null: it names no browser that we know.
 */
export function clientProgram(userAgent: string | null): ClientProgram | null {
  const read = (userAgent ?? '').slice(0, LONGEST_READ);
  const browser = nameIn(read, BROWSERS);
  return browser === null ? null : { browser, system: nameIn(read, SYSTEMS) };
}

function nameIn(text: string, names: typeof BROWSERS): string | null {
  return names.find(([mark]) => mark.test(text))?.[1] ?? null;
}
