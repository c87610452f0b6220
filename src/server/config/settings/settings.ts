import {
  addressOrBlock,
  anyText,
  listOf,
  matching,
  oneOf,
  urlOf,
  webOrigin,
  wholeNumber,
} from '../values/formats.js';
import { BUDGET_SETTINGS } from './budget-settings.js';
import { DATABASE_SETTINGS } from './database-settings.js';
import { EMAIL_VERIFICATIONS } from './email-verifications.js';
import { EVENT_WEBHOOK_SETTINGS } from './event-webhook-settings.js';
import { KEY_SETTINGS } from './key-settings.js';
import { LIFE_CYCLE_SETTINGS } from './life-cycle-settings.js';
import { MFA_SETTINGS } from './mfa-settings.js';
import { PASSWORD_HASH_SETTINGS } from './password-hash-settings.js';
import { SESSION_SETTINGS } from './session-settings.js';
import { PRESET_NAMES } from './preset-names.js';
import { senderOfMails } from '../values/sender-of-mails.js';
import { optional, setting } from './setting.js';
import { SMS_SETTINGS } from './sms-settings.js';
import { WATCHING_SETTINGS } from './observability-settings.js';
import { WEBAUTHN_SETTINGS } from './webauthn-settings.js';

/** A Redis server and the number of a database. Any other path would mean database 0. */
const redisUrl = urlOf(['redis', 'rediss'], {
  takes: ', and after it nothing or the number of a database, as in redis://localhost:6379/1',
  accepts: ({ pathname, searchParams }) => /^\/?\d{0,5}$/.test(pathname) && !searchParams.has('db'),
});

const handlerName = matching(/^[a-z][a-z0-9_]{0,31}$/, 'the name of a second factor such as app');

/** Every environment variable that the server reads. */
export const SETTINGS = [
  setting(
    'NODE_ENV',
    'development',
    '`production` refuses what is for trying out alone; so does a `PUBLIC_URL` with https or of another machine, or, where either is unset, a `HOST` that is not this machine alone',
    oneOf('development', 'test', 'production'),
  ),
  setting('PORT', '3000', 'TCP port of the API; 0: the system chooses', wholeNumber(0, 65_535)),
  setting(
    'HOST',
    { production: '0.0.0.0', otherwise: '127.0.0.1' },
    'Address to listen on',
    matching(/^[\w.:-]+$/, 'a host name or an IP address'),
  ),
  optional(
    'PUBLIC_URL',
    'Origin that clients see, issuer of the tokens; https in production, but for this machine; unset: `http://localhost:PORT`, which production refuses',
    webOrigin,
  ),
  ...DATABASE_SETTINGS,
  ...LIFE_CYCLE_SETTINGS,
  setting('DATA_DIRECTORY', '.data', 'Folder of development keys and embedded database', anyText),
  optional(
    'REDIS_URL',
    'Redis, where requests are counted over all processes; unset: in the memory of each',
    redisUrl,
  ),
  optional(
    'SMTP_URL',
    'Mail server; unset: mails are shown on the development mailbox page, not sent',
    urlOf(['smtp', 'smtps']),
  ),
  setting(
    'MAIL_FROM',
    'no-reply@localhost',
    'Sender of mails: one address, or `Name <address>`',
    senderOfMails,
  ),
  ...KEY_SETTINGS,
  setting(
    'MFA_PRESET',
    'standard',
    'Norm that sets defaults and refuses what it forbids; `standard` holds to none',
    oneOf(...PRESET_NAMES),
  ),
  setting(
    'CLEAN_UP_INTERVAL_SECONDS',
    '3600',
    'Time between two clean-ups of what is over; 0: only those of `npm run clean-up`',
    wholeNumber(0, 604_800),
  ),
  setting(
    'MFA_HANDLERS',
    'app,email',
    'Second factors on offer, in the order in which clients see them',
    listOf(handlerName),
  ),
  optional(
    'AUTH_CONFIG',
    'YAML file that lists ways to sign in and second factors with their options; unset: `local`, and those of `MFA_HANDLERS`',
    anyText,
  ),
  setting(
    'REGISTRATION',
    { production: 'closed', otherwise: 'open' },
    'Whether strangers may open an account',
    oneOf('open', 'closed'),
  ),
  setting(
    'EMAIL_VERIFICATION',
    'off',
    'How owners of addresses confirm them: by a `link` or a `code` that is mailed; until then nothing else is sent there',
    oneOf(...EMAIL_VERIFICATIONS),
  ),
  optional(
    'TRUSTED_PROXIES',
    'Addresses and CIDR blocks whose `X-Forwarded-For` is believed; unset: none',
    listOf(addressOrBlock),
  ),
  optional(
    'CORS_ORIGINS',
    'Origins that browsers may call from; unset: none but our own',
    listOf(webOrigin),
  ),
  ...PASSWORD_HASH_SETTINGS,
  ...BUDGET_SETTINGS,
  ...SESSION_SETTINGS,
  ...SMS_SETTINGS,
  ...EVENT_WEBHOOK_SETTINGS,
  ...WATCHING_SETTINGS,
  ...WEBAUTHN_SETTINGS,
  ...MFA_SETTINGS,
] as const;
