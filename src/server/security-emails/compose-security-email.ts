import { escapeHtml } from '../texts/escape-html.js';
import { type Mail } from '../delivery/mail/mailer.js';
import { addressIn } from '../../mfa/index.js';
import { clientProgram } from '../texts/client-program.js';
import {
  type FactorsLeft,
  type SecurityEmailFacts,
  type SecurityEmailKind,
  type LanguageTexts,
} from '../texts/language-texts.js';

/** The contents of a security e-mail. */
export interface SecurityEmail extends SecurityEmailFacts {
  readonly kind: SecurityEmailKind;
  readonly at: Date;
  /** As the request had it; only a valid address is shown. */
  readonly ip: string | null;
  /** As the client gave it; only names from a fixed list are shown. */
  readonly userAgent: string | null;
  /** How often the same happened later in the same session, and when last; null if never. */
  readonly more: { readonly count: number; readonly lastAt: Date } | null;
  /** The factors that the account still has; null if it lost none. */
  readonly left: FactorsLeft | null;
  /** The link for "this was not me"; null if there is none. */
  readonly notMe: { readonly url: string; readonly lastsHours: number } | null;
}

/**
 * The mail that tells a person what has happened, still without its recipient. It contains no text
 * of the acting person: otherwise a stranger could write mails in our name.
 */
export function composeSecurityEmail(email: SecurityEmail, texts: LanguageTexts): Omit<Mail, 'to'> {
  const { subject, sentence } = texts.kinds[email.kind];
  const paragraphs = [
    texts.greeting,
    sentence(email),
    [
      `${texts.when}: ${showTime(email.at, texts.locale)}`,
      `${texts.from}: ${addressIn(email.ip) ?? texts.unknown}`,
      `${texts.device}: ${showProgram(email.userAgent, texts)}`,
    ].join('\n'),
    ...(email.more === null ? [] : [moreSentence(email.more, texts)]),
    ...(email.left === null ? [] : [texts.left(email.left)]),
    ...(email.notMe === null ? [] : notMeParagraphs(email.notMe, texts)),
  ];
  return {
    subject,
    text: `${paragraphs.join('\n\n')}\n`,
    html: renderHtml(paragraphs, { title: subject, locale: texts.locale }),
  };
}

function moreSentence(
  { count, lastAt }: NonNullable<SecurityEmail['more']>,
  { more, locale }: LanguageTexts,
): string {
  return more(count, showTime(lastAt, locale));
}

function showProgram(userAgent: string | null, texts: LanguageTexts): string {
  const program = clientProgram(userAgent);
  return program === null ? texts.unknownProgram : texts.program(program);
}

/** By locale: making a format costs more than the rest of a mail. */
const timeFormats = new Map<string, Intl.DateTimeFormat>();

/** With the zone, because readers may be anywhere. */
function showTime(at: Date, locale: string): string {
  const style = { dateStyle: 'full', timeStyle: 'long', timeZone: 'UTC' } as const;
  const format = timeFormats.get(locale) ?? new Intl.DateTimeFormat(locale, style);
  timeFormats.set(locale, format);
  return format.format(at);
}

function notMeParagraphs(
  { url, lastsHours }: NonNullable<SecurityEmail['notMe']>,
  texts: LanguageTexts,
): string[] {
  return [texts.itWasMe, texts.notMe(texts.hours(lastsHours)), url];
}

function renderHtml(
  paragraphs: readonly string[],
  { title, locale }: { readonly title: string; readonly locale: string },
): string {
  const body = paragraphs.map(renderParagraph).join('\n');
  const head = `<head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head>`;
  return `<!doctype html>\n<html lang="${locale}">\n${head}\n<body>\n${body}\n</body>\n</html>\n`;
}

function renderParagraph(paragraph: string): string {
  const escaped = escapeHtml(paragraph).replaceAll('\n', '<br>');
  const isLink = /^https?:\/\/\S+$/.test(paragraph);
  return isLink ? `<p><a href="${escaped}">${escaped}</a></p>` : `<p>${escaped}</p>`;
}
