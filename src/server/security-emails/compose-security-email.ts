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

/** What a notice tells. */
export interface Notice extends SecurityEmailFacts {
  readonly kind: SecurityEmailKind;
  readonly at: Date;
  /** As the request had it; only what is an address is shown. */
  readonly ip: string | null;
  /** As the client gave it; nothing of it is shown but the names of a list. */
  readonly userAgent: string | null;
  /** How often the same happened later in the same session, and when last; null: it did not. */
  readonly more: { readonly count: number; readonly lastAt: Date } | null;
  /** What the account is left with; null: nothing of it is gone. */
  readonly left: FactorsLeft | null;
  /** How to say that it was somebody else; null: nothing is left to say. */
  readonly notMe: { readonly url: string; readonly lastsHours: number } | null;
}

/**
 * The mail that tells a person what has happened, still without its address. Nothing in it was typed
 * by whoever did it: a stranger could else write mails in our name.
 */
export function composeSecurityEmail(notice: Notice, texts: LanguageTexts): Omit<Mail, 'to'> {
  const { subject, sentence } = texts.kinds[notice.kind];
  const paragraphs = [
    texts.greeting,
    sentence(notice),
    [
      `${texts.when}: ${showTime(notice.at, texts.locale)}`,
      `${texts.from}: ${addressIn(notice.ip) ?? texts.unknown}`,
      `${texts.device}: ${showProgram(notice.userAgent, texts)}`,
    ].join('\n'),
    ...(notice.more === null ? [] : [moreSentence(notice.more, texts)]),
    ...(notice.left === null ? [] : [texts.left(notice.left)]),
    ...(notice.notMe === null ? [] : notMeParagraphs(notice.notMe, texts)),
  ];
  return {
    subject,
    text: `${paragraphs.join('\n\n')}\n`,
    html: renderHtml(paragraphs, { title: subject, locale: texts.locale }),
  };
}

function moreSentence(
  { count, lastAt }: NonNullable<Notice['more']>,
  { more, locale }: LanguageTexts,
): string {
  return more(count, showTime(lastAt, locale));
}

function showProgram(userAgent: string | null, texts: LanguageTexts): string {
  const program = clientProgram(userAgent);
  return program === null ? texts.unknownProgram : texts.program(program);
}

/** By locale: making one costs more than all the rest of a notice. */
const timeFormats = new Map<string, Intl.DateTimeFormat>();

/** People may be anywhere, so the zone is said. */
function showTime(at: Date, locale: string): string {
  const style = { dateStyle: 'full', timeStyle: 'long', timeZone: 'UTC' } as const;
  const format = timeFormats.get(locale) ?? new Intl.DateTimeFormat(locale, style);
  timeFormats.set(locale, format);
  return format.format(at);
}

function notMeParagraphs(
  { url, lastsHours }: NonNullable<Notice['notMe']>,
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
