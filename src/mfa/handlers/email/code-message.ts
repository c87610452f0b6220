import { type EmailMessage } from './email-sender.js';

/** What the message with a code says. */
export interface CodeMessageInput {
  readonly to: string;
  readonly code: string;
  readonly applicationName: string;
  readonly lifetimeSeconds: number;
}

/** The message that carries a code. Apart from the code it holds no secret and no link. */
export function codeMessage(input: CodeMessageInput): EmailMessage {
  const { to, code, applicationName, lifetimeSeconds } = input;
  const minutes = Math.floor(lifetimeSeconds / 60);
  const intro = `is your verification code for ${applicationName}.`;
  const validity = `It is valid for ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} and works once.`;
  const warning =
    'If this was not you, give the code to nobody and change your password: someone may know it.';
  return {
    to,
    subject: 'Your verification code',
    text: `${code} ${intro}\n\n${validity}\n\n${warning}\n`,
    html: htmlDocument([
      `<strong style="font-size: 1.5em">${escapeHtml(code)}</strong> ${escapeHtml(intro)}`,
      escapeHtml(validity),
      escapeHtml(warning),
    ]),
  };
}

function htmlDocument(paragraphs: readonly string[]): string {
  const body = paragraphs.map((paragraph) => `<p>${paragraph}</p>`).join('\n');
  return `<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Your verification code</title></head>\n<body>\n${body}\n</body>\n</html>\n`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
