/** The first page, which links to all others. */
export const START_PATH = '/';

/** The README, if the installation has one. */
export const README_PATH = '/README.md';

/** The page behind a "this was not me" link. */
export const NOT_ME_PATH = '/account/not-me';

/** The page behind the link of a password reset. */
export const RESET_PASSWORD_PATH = '/account/reset-password';

/** The page behind the link that confirms an address. */
export const VERIFY_EMAIL_PATH = '/account/verify-email';

/** The page behind the link that gives an account another address. */
export const CHANGE_EMAIL_PATH = '/account/change-email';

/** The script of the pages behind mailed links. */
export const TOKEN_FORM_PATH = '/account/token-form.js';
