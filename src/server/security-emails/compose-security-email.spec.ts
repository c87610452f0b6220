import { composeSecurityEmail, type SecurityEmail } from './compose-security-email.js';
import { english } from '../texts/english.js';
import { german } from '../texts/german.js';
import { LANGUAGES } from '../texts/languages.js';
import { SECURITY_EMAIL_KINDS } from '../texts/security-email-kinds.js';

const URL = 'https://mfa.example.org/account/not-me#t0-k_en';

const EMAIL: SecurityEmail = {
  kind: 'method_activated',
  factor: 'Authenticator app',
  isSignedIn: false,
  codesLeft: 4,
  codesDied: 3,
  left: null,
  more: null,
  at: new Date('2026-01-01T12:00:00.000Z'),
  ip: '192.0.2.7',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0',
  notMe: { url: URL, lastsHours: 72 },
};

const compose = (changes: Partial<SecurityEmail> = {}, texts = english) =>
  composeSecurityEmail({ ...EMAIL, ...changes }, texts);

describe('composeSecurityEmail', () => {
  it('says what happened, when, from where, and what to do about it', () => {
    const { subject, text } = compose();
    expect(subject).toBe('A second factor was added to your account');
    expect(text.split('\n\n')).toEqual([
      'Hello,',
      'The method "Authenticator app" is now active: signing in asks for it.',
      expect.stringMatching(
        /^When: Thursday,? 1 January 2026 at 12:00:00 UTC\nFrom: 192\.0\.2\.7\nWith: Firefox on Linux$/,
      ),
      'If this was you, there is nothing to do.',
      expect.stringMatching(/^If this was not you, .* The link works once, for 72 hours:$/),
      `${URL}\n`,
    ]);
  });

  it.each([
    [1, /^The same happened once more in that session, the last time on .* 14:30:00 UTC\./],
    [7, /^The same happened 7 more times in that session, /],
  ])('tells of what happened later in the session, so often: %d', (count, expected) => {
    const lastAt = new Date('2026-01-01T14:30:00.000Z');
    expect(compose({ more: { count, lastAt } }).text.split('\n\n')[3]).toMatch(expected);
    expect(compose({ more: { count, lastAt } }, german).text).toContain('Dasselbe geschah');
  });

  it('says the same in HTML, where the link can be clicked', () => {
    const { subject, text, html } = compose();
    const stripped = html.replaceAll('<br>', '\n').replaceAll(/<[^>]*>/g, '');
    const lines = (shown: string) => shown.split('\n').filter((line) => line !== '');
    expect(lines(stripped.replaceAll('&quot;', '"'))).toEqual([subject, ...lines(text)]);
    expect(html).toContain('<html lang="en-GB">');
    expect(compose({}, german).html).toContain('<html lang="de-DE">');
    expect(html).toContain(`<p><a href="${URL}">${URL}</a></p>`);
    expect(html.match(/<a /g)).toHaveLength(1);
  });

  it('makes nothing of HTML in the name of a factor', () => {
    const { html, text } = compose({ factor: `<a href="x">&'` });
    expect(html).toContain('&lt;a href=&quot;x&quot;&gt;&amp;&#39;');
    expect(html.match(/<a /g)).toHaveLength(1);
    expect(text).toContain(`<a href="x">&'`);
  });

  it.each(['', 'buy at evil.example', '192.0.2.7 evil.example', 'fe80::zz', null])(
    'shows as address what is one, and not %j',
    (ip) => {
      expect(compose({ ip }).text).toContain('\nFrom: unknown\n');
      expect(compose({ ip }, german).text).toContain('\nWoher: unbekannt\n');
    },
  );

  it('leaves the zone of an address away, which is any text', () => {
    expect(compose({ ip: 'fe80::7%call555' }).text).toContain('\nFrom: fe80::7\n');
  });

  it('names a program of its list, and shows nothing of what another one says', () => {
    const { text, html } = compose({ userAgent: 'Your account is lost: call 555' });
    expect(text).toContain('\nWith: an unknown program\n');
    expect(`${text}${html}`).not.toContain('555');
    expect(compose({ userAgent: null }, german).text).toContain('\nWomit: unbekanntes Programm\n');
    expect(compose({}, german).text).toContain('\nWomit: Firefox unter Linux\n');
    const bsd = 'Mozilla/5.0 (X11; FreeBSD amd64; rv:150.0) Gecko/20100101 Firefox/150.0';
    expect(compose({ userAgent: bsd }).text).toContain('\nWith: Firefox\n');
    expect(compose({ userAgent: bsd }, german).text).toContain('\nWomit: Firefox\n');
  });

  it('leaves the link away where nothing is left to say', () => {
    const { text, html } = compose({ kind: 'change_repudiated', notMe: null });
    expect(text).not.toMatch(/this was (not )?you|http/);
    expect(html).not.toContain('<a ');
  });

  it.each([
    [english, 1, 'for one hour:'],
    [english, 24, 'for 24 hours:'],
    [german, 1, 'gilt einmal, eine Stunde lang:'],
    [german, 24, 'gilt einmal, 24 Stunden lang:'],
  ] as const)('says how long the link lasts', (texts, lastsHours, expected) => {
    expect(compose({ notMe: { url: URL, lastsHours } }, texts).text).toContain(expected);
  });

  it.each([
    [english, 2, 'only 2 are left'],
    [english, 1, 'one is left'],
    [english, 0, 'none is left'],
    [german, 2, 'nur 2 sind übrig'],
    [german, 1, 'einer ist übrig'],
    [german, 0, 'keiner ist übrig'],
  ] as const)('says how few backup codes are left', (texts, codesLeft, expected) => {
    const low = compose({ kind: 'backup_codes_low', codesLeft }, texts);
    expect(low.text).toContain(expected);
  });

  it.each([
    [english, ['App', 'E-mail'], 'active now: App, E-mail. Backup codes that are left: 4.'],
    [english, [], 'active now: none.'],
    [german, ['App'], 'jetzt aktiv sind: App. Übrige Ersatzcodes: 4.'],
    [german, [], 'jetzt aktiv sind: keine.'],
  ] as const)('says what is left where something is gone', (texts, methods, expected) => {
    const { text } = compose({ kind: 'method_deleted', left: { methods, codes: 4 } }, texts);
    expect(text).toContain(expected);
  });

  it.each([english, german])('says how many backup codes died', (texts) => {
    const { text } = compose({ kind: 'backup_codes_revoked' }, texts);
    expect(text).toMatch(/: 3\.$/m);
  });

  it('writes the time as people do, in UTC', () => {
    expect(compose({}, german).text).toMatch(
      /^Wann: Donnerstag, 1\. Januar 2026 um 12:00:00 UTC$/m,
    );
  });
});

describe.each(Object.entries(LANGUAGES))('the texts of %s', (_, texts) => {
  it.each(SECURITY_EMAIL_KINDS)('have a subject and a sentence of their own for %s', (kind) => {
    const { subject, sentence } = texts.kinds[kind];
    expect(subject).toMatch(/^\S[^\n]+\S$/);
    expect(subject.length).toBeLessThan(80);
    expect(sentence(EMAIL)).toMatch(/^\p{Lu}[^\n]+\.$/u);
    const sentences = SECURITY_EMAIL_KINDS.map((other) => texts.kinds[other].sentence(EMAIL));
    expect(sentences.filter((other) => other === sentence(EMAIL))).toHaveLength(1);
  });

  it('name the factor wherever one is concerned, and none where none is', () => {
    for (const kind of SECURITY_EMAIL_KINDS) {
      expect(
        texts.kinds[kind].sentence({ factor: null, isSignedIn: true, codesLeft: 3, codesDied: 3 }),
      ).not.toMatch(/undefined|NaN/);
    }
    const named = SECURITY_EMAIL_KINDS.filter((kind) =>
      texts.kinds[kind].sentence(EMAIL).includes('Authenticator app'),
    );
    expect(named).toEqual([
      'method_activated',
      'method_deactivated',
      'method_deleted',
      'authenticator_added',
      'authenticator_renamed',
      'authenticator_removed',
      'primary_changed',
      'method_locked',
      'method_locked_for_good',
      'second_factor_failed',
    ]);
  });
});
