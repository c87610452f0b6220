import { isLocalHost } from './is-local-host.js';
import { type HashSettings, WEAK_HASHES } from './weak-hashes.js';

/** The settings that decide whether a server may run at its `PUBLIC_URL`, or else at its `HOST`. */
export interface Addressed extends HashSettings {
  readonly NODE_ENV: string;
  /** Whether `NODE_ENV` is set: a default is no statement of the operator. */
  readonly isNodeEnvSet: boolean;
  readonly HOST: string;
  /** Null: `http://localhost:PORT`. */
  readonly PUBLIC_URL: string | null;
  readonly DATABASE_URL: string | null;
  readonly JWT_KEYS: unknown;
  readonly MFA_SECRET_KEYS: unknown;
  readonly SMTP_URL: string | null;
  readonly SMS_GATEWAY_URL: string | null;
  /** Whether registration is open only because nobody set it. */
  readonly registrationIsOpenByDefault: boolean;
  /** The second factors on offer. */
  readonly factors: readonly { readonly type: string }[];
}

const MAILBOX = 'Else everybody could read them on the development mailbox page.';

const offers =
  (type: string) =>
  ({ factors }: Addressed) =>
    factors.some((factor) => factor.type === type);

/** What is for trying out only: whether it is in force, and the line that refuses it at a place. */
const TRIALS: readonly (readonly [
  isThere: (settings: Addressed) => boolean,
  error: (place: string) => string,
])[] = [
  [
    ({ SMTP_URL }) => SMTP_URL === null,
    (place) => `SMTP_URL is required ${place}: it sends the mails. ${MAILBOX}`,
  ],
  [
    (settings) => settings.SMS_GATEWAY_URL === null && offers('sms')(settings),
    (place) => `SMS_GATEWAY_URL is required ${place}: it sends the text messages. ${MAILBOX}`,
  ],
  [
    offers('notify'),
    (place) =>
      `NODE_ENV=production is required ${place}, for the factor "notify": else the development mailbox page is one of its destinations.`,
  ],
  [
    offers('pin'),
    (place) =>
      `The factor "pin" is refused ${place}, as it is an example, and no second factor beside a password: remove it.`,
  ],
  [
    ({ DATABASE_URL }) => DATABASE_URL === null,
    (place) =>
      `DATABASE_URL is required ${place}. The embedded database is for trying out and for tests.`,
  ],
  ...(['JWT_KEYS', 'MFA_SECRET_KEYS'] as const).map(
    (name) =>
      [
        (settings: Addressed) => settings[name] === null,
        (place: string) => `${name} is required ${place}. \`npm run keys:generate\` makes one.`,
      ] as const,
  ),
  ...WEAK_HASHES,
  [
    ({ registrationIsOpenByDefault }) => registrationIsOpenByDefault,
    (place) =>
      `REGISTRATION is required ${place}: closed, or open where every stranger may have an account.`,
  ],
];

/**
 * A line for each setting that forbids a server to run at its address. A public address never gets a
 * setting that is for trying out, even if `NODE_ENV` is forgotten.
 */
export function errorsOfAddress(settings: Addressed): string[] {
  const { NODE_ENV, HOST, PUBLIC_URL } = settings;
  if (NODE_ENV === 'production') return errorsOfProduction(PUBLIC_URL);
  if (PUBLIC_URL !== null && !isForTrials(PUBLIC_URL)) {
    return errorsAt(`behind ${PUBLIC_URL}`, settings);
  }
  const isForThisMachine = PUBLIC_URL !== null && settings.isNodeEnvSet;
  if (isLocalHost(HOST) || isForThisMachine) return [];
  const errors = errorsAt(`on the HOST ${HOST}`, settings);
  if (errors.length === 0) return [];
  return [
    ...errors,
    'HOST is where others come from: unset it to try things out; where it is reached from this machine alone all the same, as in a container, set NODE_ENV=development, and PUBLIC_URL to the http://localhost that it has there.',
  ];
}

/** The lines for an address that other machines reach. */
function errorsAt(where: string, settings: Addressed): string[] {
  const place = `${where}, which is no address for development`;
  return TRIALS.filter(([isThere]) => isThere(settings)).map(([, error]) => error(place));
}

function isForTrials(publicUrl: string): boolean {
  return isHere(publicUrl) && !publicUrl.startsWith('https:');
}

function errorsOfProduction(publicUrl: string | null): string[] {
  if (publicUrl === null || publicUrl.startsWith('https:') || isHere(publicUrl)) return [];
  return [
    `PUBLIC_URL is ${publicUrl}: production takes http for this machine alone, so set it to the https origin that clients see.`,
  ];
}

function isHere(publicUrl: string): boolean {
  return isLocalHost(new URL(publicUrl).hostname);
}
