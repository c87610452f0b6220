import { escapeHtml } from '../../texts/escape-html.js';
import { type Mail } from '../../delivery/mail/mailer.js';
import { type LanguageTexts } from '../../texts/language-texts.js';

/** The facts in the mail about a password reset. */
export interface ResetMailFacts {
  /** With the token after its `#`, which browsers do not send to servers. */
  readonly link: string;
  readonly lifeMinutes: number;
}

/** The mail with the link of a password reset, still without its recipient. */
export function composeResetMail(
  { link, lifeMinutes }: ResetMailFacts,
  { greeting, reset }: LanguageTexts,
): Omit<Mail, 'to'> {
  const end = reset.end(lifeMinutes);
  return {
    subject: reset.subject,
    text: `${[greeting, reset.lead, link, end].join('\n\n')}\n`,
    html: [
      `<p>${escapeHtml(greeting)}</p>`,
      `<p>${escapeHtml(reset.lead)}</p>`,
      `<p><a href="${escapeHtml(link)}">${escapeHtml(reset.link)}</a></p>`,
      `<p>${escapeHtml(end)}</p>`,
    ].join('\n'),
  };
}
