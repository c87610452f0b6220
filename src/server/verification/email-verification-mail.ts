import { escapeHtml } from '../mail/escape-html.js';
import { type Mail } from '../mail/mailer.js';
import { type NoticeTexts } from '../notices/texts/notice-texts.js';
import { VERIFICATION_CODE, VERIFICATION_LINK_SECONDS } from './email-verification-limits.js';

/** What confirms the address: a link with its token behind the `#`, or a code to be typed. */
export type ConfirmationMeans =
  | { readonly kind: 'link'; readonly link: string }
  | {
      readonly kind: 'code';
      readonly code: string;
      /** The subject says it, so that people tell two mails apart. */
      readonly requestedAt: Date;
    };

/**
 * The mail that asks for a confirmation, still without its address. Nothing in it was typed by whoever
 * gave the address, which may be somebody else's.
 */
export function composeVerificationMail(
  means: ConfirmationMeans,
  { greeting, hours, verification: texts }: NoticeTexts,
): Omit<Mail, 'to'> {
  const { lead, shown, html, lasts, subject } =
    means.kind === 'link'
      ? {
          lead: texts.linkLead,
          shown: means.link,
          html: `<a href="${escapeHtml(means.link)}">${escapeHtml(texts.link)}</a>`,
          lasts: texts.linkLasts(hours(VERIFICATION_LINK_SECONDS / 3600)),
          subject: texts.subject,
        }
      : {
          lead: texts.codeLead,
          shown: means.code,
          html: `<strong style="font-size: 1.5em">${escapeHtml(means.code)}</strong>`,
          lasts: texts.codeLasts(VERIFICATION_CODE.lifeSeconds / 60),
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
