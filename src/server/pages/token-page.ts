import { escapeHtml } from '../texts/escape-html.js';
import { type PageTexts, type PasswordTexts, type UndoneTexts } from '../texts/language-texts.js';
import { PASSWORD_LENGTH } from '../identity/password-rules.js';
import { PAGE_STYLE } from './page-style.js';
import { TOKEN_FORM_PATH } from '../config/paths.js';

/** A page behind a link with a token. */
export interface TokenPage {
  /** Code of the language [RFC 5646 §2.1]. */
  readonly language: string;
  readonly texts: PageTexts;
  /** The route that takes the token. */
  readonly action: string;
  /** The link shown when the page is done. */
  readonly next: { readonly url: string; readonly text: string };
  /** The texts around a field for a new password; absent: the form has only its button. */
  readonly newPassword?: PasswordTexts;
  /** The texts about reversed changes; absent: the page reverses none. */
  readonly undone?: UndoneTexts & {
    /** By type of event. */
    readonly changes: Readonly<Record<string, string>>;
  };
}

/** One HTML page with a form; its script reads the token after the `#` of the address. */
export function renderTokenPage(page: TokenPage): string {
  const { language, texts, action, next, newPassword, undone } = page;
  const text = (name: keyof PageTexts) => escapeHtml(texts[name]);
  return `<!doctype html>
<html lang="${language}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="referrer" content="no-referrer">
  <title>${text('title')}</title>
  <style>${PAGE_STYLE}</style>
  <script type="module" src="${TOKEN_FORM_PATH}"></script>
</head>
<body>
<main>
  <h1>${text('title')}</h1>
  <p>${text('explanation')}</p>
  <form method="post" action="${action}" data-logout="/api/auth/logout/" data-done="${text('done')}"
    data-refused="${text('refused')}" data-failed="${text('failed')}"
    data-weak="${escapeHtml(newPassword?.weak ?? '')}"
    data-old-needed="${escapeHtml(newPassword?.oldNeeded ?? '')}"
    data-old-wrong="${escapeHtml(newPassword?.oldWrong ?? '')}"
    data-undone="${escapeHtml(undone?.lead ?? '')}"
    data-not-undone="${escapeHtml(undone?.notUndone ?? '')}"
    data-changes="${escapeHtml(JSON.stringify(undone?.changes ?? {}))}">
    ${newPassword === undefined ? '' : renderPasswordFields(newPassword)}
    <button>${text('button')}</button>
  </form>
  <p role="status"></p>
  <p id="next" hidden><a href="${escapeHtml(next.url)}">${escapeHtml(next.text)}</a></p>
</main>
</body>
</html>
`;
}

function renderPasswordFields({ label, oldLabel }: PasswordTexts): string {
  return `<label hidden>${escapeHtml(oldLabel)}
      <input type="password" name="old_password" autocomplete="current-password" required disabled>
    </label>
    <label>${escapeHtml(label)}
      <input type="password" name="new_password" autocomplete="new-password" required
        minlength="${PASSWORD_LENGTH.least}" maxlength="${PASSWORD_LENGTH.greatest}">
    </label>`;
}
