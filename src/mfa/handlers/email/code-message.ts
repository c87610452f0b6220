import { type CodeMessageTexts } from './code-message-texts.js';
import { type EmailMessage } from './email-sender.js';

/** The contents of a message with a code. */
export interface CodeMessageInput {
  readonly to: string;
  readonly code: string;
  readonly applicationName: string;
  readonly lifetimeSeconds: number;
  /** When the code was asked for. The subject says it, so that people can tell two messages apart. */
  readonly requestedAt: Date;
}

/** The message that carries a code. Apart from the code it holds no secret and no link. */
export function codeMessage(input: CodeMessageInput, texts: CodeMessageTexts): EmailMessage {
  const { to, code, applicationName, lifetimeSeconds, requestedAt } = input;
  const intro = texts.intro(applicationName);
  const validity = texts.validity(Math.floor(lifetimeSeconds / 60));
  const { warning, language } = texts;
  const subject = texts.subject(timeOf(requestedAt));
  const paragraphs = [
    `<strong style="font-size: 1.5em">${escapeHtml(code)}</strong> ${escapeHtml(intro)}`,
    escapeHtml(validity),
    escapeHtml(warning),
  ];
  return {
    to,
    subject,
    text: `${code} ${intro}\n\n${validity}\n\n${warning}\n`,
    html: htmlDocument(paragraphs, { title: subject, language }),
  };
}

/** With the zone, because readers may be anywhere. */
function timeOf(at: Date): string {
  return `${at.toISOString().slice(11, 19)} UTC`;
}

function htmlDocument(
  paragraphs: readonly string[],
  { title, language }: { readonly title: string; readonly language: string },
): string {
  const body = paragraphs.map((paragraph) => `<p>${paragraph}</p>`).join('\n');
  const head = `<head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head>`;
  return `<!doctype html>\n<html lang="${escapeHtml(language)}">\n${head}\n<body>\n${body}\n</body>\n</html>\n`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
