/** Where the page is that leads to all others. */
export const START_PATH = '/';

/** Where the README is shown, where there is one. */
export const README_PATH = '/README.md';

/** Where the page behind a "this was not me" link is. */
export const NOT_ME_PATH = '/account/not-me';

/** Where the page behind the link of a password reset is. */
export const RESET_PASSWORD_PATH = '/account/reset-password';

/** Where the page behind the link that confirms an address is. */
export const VERIFY_EMAIL_PATH = '/account/verify-email';

/** The script of these pages. */
export const TOKEN_FORM_PATH = '/account/token-form.js';
