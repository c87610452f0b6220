import { type KeptMessage } from './development-mailbox.js';
import { escapeHtml } from '../../texts/escape-html.js';

const SECONDS_BETWEEN_RELOADS = 5;

const STYLE = `
  :root { color-scheme: light dark; --line: #d5d9e0; --soft: #667085; --card: #fff; --page: #f5f6f8; }
  @media (prefers-color-scheme: dark) {
    :root { --line: #343a46; --soft: #98a2b3; --card: #1d2129; --page: #14171c; }
  }
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--page); font: 16px/1.5 system-ui, sans-serif; }
  main { max-width: 44rem; margin: 0 auto; padding: 1rem; }
  header { display: flex; align-items: baseline; justify-content: space-between; gap: 1rem; }
  h1 { font-size: 1.25rem; }
  h2 { font-size: 1rem; margin: 0; }
  article { background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
    padding: 1rem; margin: 0 0 1rem; overflow-wrap: anywhere; }
  .soft { color: var(--soft); font-size: .875rem; margin: 0; }
  .code { font: 600 2rem/1.4 ui-monospace, monospace; letter-spacing: .15em; margin: .5rem 0 0; user-select: all; }
  pre { white-space: pre-wrap; font: inherit; margin: .75rem 0 0; }
`;

/** The titles of messages without a subject. */
const TITLES: Readonly<Record<KeptMessage['kind'], string>> = {
  mail: 'Mail',
  'text message': 'Text message',
  notification: 'Notification',
};

/** The mailbox as one HTML page without scripts or external assets; it reloads itself. */
export function renderMailboxPage(messages: readonly KeptMessage[]): string {
  const content = messages.length === 0 ? renderEmpty() : messages.map(renderMessage).join('');
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta http-equiv="refresh" content="${SECONDS_BETWEEN_RELOADS}">
  <title>Development mailbox (${messages.length})</title>
  <style>${STYLE}</style>
</head>
<body>
<main>
  <header>
    <h1>Development mailbox</h1>
    <p class="soft">reloads every ${SECONDS_BETWEEN_RELOADS} seconds · <a href="">now</a></p>
  </header>
  ${content}
</main>
</body>
</html>
`;
}

function renderEmpty(): string {
  return `<article>
    <h2>No message yet</h2>
    <p class="soft">What this server would have sent appears here, newest first. It is forgotten when the server stops.</p>
  </article>`;
}

function renderMessage({ kind, at, to, subject, text }: KeptMessage): string {
  const code = findCode(text);
  return `<article>
    <h2>${escapeHtml(subject ?? TITLES[kind])}</h2>
    <p class="soft">${kind} to ${escapeHtml(to)} · <time datetime="${at.toISOString()}">${at.toISOString().slice(0, 19).replace('T', ' ')} UTC</time></p>
    ${code === null ? '' : `<p class="code">${code}</p>`}
    <pre>${withLinks(text)}</pre>
  </article>`;
}

/** The escaped text, with URLs as links. */
function withLinks(text: string): string {
  return text
    .split(/(https?:\/\/\S*[^\s.,;:!?)\]}>"'])/)
    .map((part, index) => (index % 2 === 0 ? escapeHtml(part) : renderAddress(escapeHtml(part))))
    .join('');
}

/** Opens in a new tab, because this page reloads. */
function renderAddress(address: string): string {
  return `<a href="${address}" target="_blank" rel="noopener noreferrer">${address}</a>`;
}

/** The first run of six to ten digits that stands alone is taken for the code. */
function findCode(text: string): string | null {
  return /(?<![\w.:-])\d{6,10}(?![\w:-])/.exec(text)?.[0] ?? null;
}
