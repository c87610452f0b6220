import { escapeHtml } from '../mail/escape-html.js';
import {
  type PageTexts,
  type PasswordTexts,
  type UndoneTexts,
} from '../notices/texts/notice-texts.js';
import { PASSWORD_LENGTH } from '../users/password-rules.js';
import { TOKEN_FORM_PATH } from './paths.js';

const STYLE = `
  :root { color-scheme: light dark; --line: #d5d9e0; --card: #fff; --page: #f5f6f8;
    --act: #1f5fd0; --on-act: #fff; }
  @media (prefers-color-scheme: dark) {
    :root { --line: #343a46; --card: #1d2129; --page: #14171c; --act: #7aa7ff; --on-act: #10131a; }
  }
  * { box-sizing: border-box; }
  body { margin: 0; padding: 0 1rem; background: var(--page); font: 16px/1.5 system-ui, sans-serif; }
  main { max-width: 32rem; margin: clamp(1rem, 8vh, 4rem) auto; padding: 1.5rem;
    background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
  h1 { font-size: 1.25rem; margin: 0 0 1rem; }
  [hidden] { display: none !important; }
  label { display: block; margin: 0 0 1rem; }
  input { display: block; width: 100%; padding: .5rem; font: inherit; border: 1px solid var(--line);
    border-radius: .25rem; margin-top: .25rem; background: var(--page); color: inherit; }
  button { font: inherit; font-weight: 600; padding: .5rem 1rem; border: 0; border-radius: .25rem;
    background: var(--act); color: var(--on-act); cursor: pointer; }
  button:disabled { opacity: .6; cursor: default; }
  [role="status"] { margin: 0; font-weight: 600; }
  [role="status"]:not(:empty) { margin-top: 1rem; }
`;

/** A page that a link with a token leads to. */
export interface TokenPage {
  /** Code of the language [RFC 5646 §2.1]. */
  readonly language: string;
  readonly texts: PageTexts;
  /** The route that takes the token. */
  readonly action: string;
  /** What is said around a field for a new password; absent: the button is all there is. */
  readonly newPassword?: PasswordTexts;
  /** What is said of changes that were taken back; absent: none is. */
  readonly undone?: UndoneTexts & {
    /** By type of event. */
    readonly changes: Readonly<Record<string, string>>;
  };
}

/** One HTML page with a form; its script takes the token from behind the `#` of the address. */
export function renderTokenPage(page: TokenPage): string {
  const { language, texts, action, newPassword, undone } = page;
  const text = (name: keyof PageTexts) => escapeHtml(texts[name]);
  return `<!doctype html>
<html lang="${language}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="referrer" content="no-referrer">
  <title>${text('title')}</title>
  <style>${STYLE}</style>
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
