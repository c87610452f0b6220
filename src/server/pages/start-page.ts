import { escapeHtml } from '../texts/escape-html.js';
import { PAGE_STYLE } from './page-style.js';

/** A link on the start page. */
export interface StartLink {
  readonly path: string;
  readonly title: string;
  /** One sentence about the target. */
  readonly about: string;
}

/** The start page: it names the server and links to its parts. */
export function renderStartPage(links: readonly StartLink[]): string {
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>nestjs-mfa</title>
  <style>${PAGE_STYLE}</style>
</head>
<body>
<main>
  <h1>nestjs-mfa</h1>
  <p>Sign-in with a second factor. The API is below <code>/api/auth</code>.</p>
  <dl>${links.map(renderLink).join('')}
  </dl>
</main>
</body>
</html>
`;
}

function renderLink({ path, title, about }: StartLink): string {
  return `
    <dt><a href="${escapeHtml(path)}">${escapeHtml(title)}</a></dt>
    <dd>${escapeHtml(about)}</dd>`;
}
