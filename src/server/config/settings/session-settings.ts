import { LANGUAGE_CODES } from '../../texts/languages.js';
import { oneOf, trueOrFalse, urlOf, wholeNumber } from '../values/formats.js';
import { REVERSAL_SETTING, TOKEN_GRACE_SETTING } from './mfa-settings.js';
import { optional, setting } from './setting.js';

/** Settings of sessions and passwords. */
export const SESSION_SETTINGS = [
  setting(
    'SESSION_IDLE_SECONDS',
    '604800',
    'How long a session lives without being renewed',
    wholeNumber(300, 31_536_000),
  ),
  setting(
    'SESSION_MAX_SECONDS',
    '2592000',
    'How long a session lives after its sign-in, however often it is renewed',
    wholeNumber(300, 31_536_000),
  ),
  TOKEN_GRACE_SETTING,
  setting(
    'MAX_SESSIONS_PER_USER',
    '100',
    'Sessions of one user that live; a sign-in beyond them ends the one that was used longest ago',
    wholeNumber(1, 1000),
  ),
  setting(
    'END_SESSIONS_ON_FACTOR_CHANGE',
    'false',
    'End the other sessions of a user whose second factors change',
    trueOrFalse,
  ),
  setting(
    'PASSWORD_RESET_TOKEN_EXPIRY',
    '3600',
    'How long the link of a password reset is good, in seconds',
    wholeNumber(300, 86_400),
  ),
  optional(
    'PASSWORD_RESET_URL',
    'Page of yours that a password reset leads to, the token behind its `#`; unset: the page of this server',
    urlOf(['http', 'https']),
  ),
  optional(
    'SIGN_IN_URL',
    'Page of yours on which people sign in: the pages behind mailed links end with a link there; unset: the first page of this server',
    urlOf(['http', 'https']),
  ),
  REVERSAL_SETTING,
  setting(
    'MAIL_LANGUAGE',
    'en',
    'Language of mails to people of whom none of ours is known',
    oneOf(...LANGUAGE_CODES),
  ),
] as const;
