import { isLocalHost } from './is-local-host.js';

/** What decides whether a server may run where its `PUBLIC_URL` says. */
export interface Addressed {
  readonly NODE_ENV: string;
  /** Null: `http://localhost:PORT`. */
  readonly PUBLIC_URL: string | null;
  readonly JWT_KEYS: unknown;
  readonly MFA_SECRET_KEYS: unknown;
  readonly SMTP_URL: string | null;
  readonly SMS_GATEWAY_URL: string | null;
  /** The types of the second factors on offer. */
  readonly factors: readonly { readonly type: string }[];
}

/**
 * Why a server must not run behind its address; none where it may. What is for trying out alone, the
 * page that shows all mails and keys out of a folder, never serves a public address, whatever
 * `NODE_ENV` was forgotten.
 */
export function faultsOfAddress(settings: Addressed): string[] {
  const { NODE_ENV, PUBLIC_URL } = settings;
  if (PUBLIC_URL === null) return [];
  const { protocol, hostname } = new URL(PUBLIC_URL);
  const isLocal = isLocalHost(hostname);
  if (NODE_ENV !== 'production') {
    return protocol === 'https:' || !isLocal ? faultsOfDevelopment(settings) : [];
  }
  if (protocol === 'https:' || isLocal) return [];
  return [
    `PUBLIC_URL is ${PUBLIC_URL}: production takes http for this machine alone, so set it to the https origin that clients see.`,
  ];
}

function faultsOfDevelopment({ PUBLIC_URL, factors, ...settings }: Addressed): string[] {
  const offers = (type: string) => factors.some((factor) => factor.type === type);
  const lacks = (name: 'SMTP_URL' | 'SMS_GATEWAY_URL' | 'JWT_KEYS' | 'MFA_SECRET_KEYS') =>
    settings[name] === null;
  const behind = `behind ${PUBLIC_URL}, which is no address for development`;
  const mailbox = 'Else everybody could read them on the development mailbox page.';
  return [
    ...(lacks('SMTP_URL')
      ? [`SMTP_URL is required ${behind}: it sends the mails. ${mailbox}`]
      : []),
    ...(lacks('SMS_GATEWAY_URL') && offers('sms')
      ? [`SMS_GATEWAY_URL is required ${behind}: it sends the text messages. ${mailbox}`]
      : []),
    ...(offers('notify')
      ? [
          `NODE_ENV=production is required ${behind}, for the factor "notify": else the development mailbox page is one of its destinations.`,
        ]
      : []),
    ...(['JWT_KEYS', 'MFA_SECRET_KEYS'] as const)
      .filter(lacks)
      .map((name) => `${name} is required ${behind}. \`npm run keys:generate\` makes one.`),
  ];
}
