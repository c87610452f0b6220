import { escapeHtml } from '../../texts/escape-html.js';
import { type Mail } from '../../delivery/mail/mailer.js';
import { type LanguageTexts } from '../../texts/language-texts.js';

/** What confirms the address: a link with its token after the `#`, or a code to type. */
export type ConfirmationMeans =
  | { readonly kind: 'link'; readonly link: string }
  | {
      readonly kind: 'code';
      readonly code: string;
      /** The subject says it, so that people can tell two mails apart. */
      readonly requestedAt: Date;
    };

/**
 * The mail that asks for a confirmation, still without its recipient. It contains no text of the
 * person who gave the address, which may be somebody else's.
 *
 * @param secondsLeft left of the life of the link or the code
 */
export function composeVerificationMail(
  means: ConfirmationMeans,
  secondsLeft: number,
  { greeting, hours, verification: texts }: LanguageTexts,
): Omit<Mail, 'to'> {
  const { lead, shown, html, lasts, subject } =
    means.kind === 'link'
      ? {
          lead: texts.linkLead,
          shown: means.link,
          html: `<a href="${escapeHtml(means.link)}">${escapeHtml(texts.link)}</a>`,
          lasts: texts.linkLasts(hours(wholeOf(secondsLeft / 3600))),
          subject: texts.subject,
        }
      : {
          lead: texts.codeLead,
          shown: means.code,
          html: `<strong style="font-size: 1.5em">${escapeHtml(means.code)}</strong>`,
          lasts: texts.codeLasts(wholeOf(secondsLeft / 60)),
          subject: `${texts.subject} (${means.requestedAt.toISOString().slice(11, 19)} UTC)`,
        };
  return {
    subject,
    text: `${[greeting, lead, shown, lasts, texts.notMine].join('\n\n')}\n`,
    html: [
      escapeHtml(greeting),
      escapeHtml(lead),
      html,
      escapeHtml(lasts),
      escapeHtml(texts.notMine),
    ]
      .map((paragraph) => `<p>${paragraph}</p>`)
      .join('\n'),
  };
}

/** Rounds down so as not to promise too much; the last hour or minute counts as one. */
function wholeOf(left: number): number {
  return Math.max(1, Math.floor(left));
}
