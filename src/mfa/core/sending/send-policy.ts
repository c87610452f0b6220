import { networkOf, SHARES_OF_SITE, siteOf, widestNetworkOf } from '../ports/network-of.js';
import { type MfaOptions } from '../options/mfa.options.js';
import { type ChallengePurpose } from '../ports/challenge-purpose.js';
import { type SendScope } from '../ports/ports.js';
import { type SendAllowance } from './send-budgets.js';

const SUBJECT_WINDOW_SECONDS = 900;
/** What is counted by the hour, without a cool-down. */
const HOURLY = { cooldownSeconds: 0, windowSeconds: 3600 } as const;
/** Of the cap over all sends of a handler, what is kept for confirmed bindings. */
const SHARE_OF_BINDINGS = 0.2;
/** Of what is kept, what one network may have. */
const SHARE_OF_KEPT = 0.1;
/** Eight senders at one moment commit beside each other, as each locks the row of one slot alone. */
const CAP_SLOTS = 8;
/**
 * Codes for confirmed bindings that a subject has sent in an hour where its network has had all of its
 * own: enough to sign in, whatever others do behind the same address.
 */
const SPARE_SENDS = 2;

/** After this a count of sent codes has no meaning, whatever was counted. */
export const LONGEST_SEND_WINDOW_SECONDS = Math.max(SUBJECT_WINDOW_SECONDS, HOURLY.windowSeconds);

/** What one code is sent for, as far as its budgets ask. */
export interface SendCause {
  readonly subjectId: string;
  readonly purpose: ChallengePurpose;
  /** The handler's name: what carries mails is not what carries texts. */
  readonly factor: string;
  /** Whether the subject has proven before that it receives what is sent to these addresses. */
  readonly isBound: boolean;
  /** The keyed hashes of the addresses, each under every key of the ring. */
  readonly addressTags: readonly string[];
  /** Those of them that belong to an address of the account itself. */
  readonly ownAddressTags: readonly string[];
  /** Where it is asked from; null: it is not known. */
  readonly ip: string | null;
}

/** A budget of sending with whose it is. */
export interface ScopedSendAllowance extends SendAllowance {
  readonly scope: SendScope;
}

/**
 * What one more code draws on. Whoever acts pays: a code for a subject's own binding is charged to
 * that subject and its binding, which nobody else draws on, and to the network that it asks from; one
 * that asks whether an address is the subject's is charged to the subject, to the network, and to what
 * the address may be asked. A cap holds over all codes of a handler, of which a fifth is kept:
 * {@link keptAllowancesOf}.
 */
export function sendAllowancesOf(options: MfaOptions, cause: SendCause): ScopedSendAllowance[] {
  const charged = cause.isBound
    ? [
        ...bindingsOf(options, cause),
        ...networksOf(cause, { use: 'bound', maxSends: options.maxSendsPerNetwork }),
      ]
    : [
        ...addressesOf(options, cause),
        ...networksOf(cause, { use: 'network', maxSends: options.maxEnrolmentSendsPerNetwork }),
      ];
  const cap = capOf(cause, options.maxSendsPerHour - keptOf(options));
  return [...charged, subjectOf(options, cause), cap];
}

/**
 * What a code for a confirmed binding draws on where its network has had all of its own; null where
 * something else refuses it. A network is others, too: its subjects keep a little that nobody behind
 * the same address uses up.
 *
 * @param refused the key of the allowance that refuses
 */
export function spareAllowancesOf(
  allowances: readonly ScopedSendAllowance[],
  { isBound, subjectId, purpose }: SendCause,
  refused: string,
): ScopedSendAllowance[] | null {
  const others = allowances.filter((one) => !isOfNetwork(one));
  if (!isBound || others.some(({ key }) => key === refused)) return null;
  const key = `${askerOf(purpose)}spare:${subjectId}`;
  return [...others, { ...HOURLY, scope: 'network', key, subjectId, maxSends: SPARE_SENDS }];
}

/**
 * What a code for a confirmed binding draws on where all but the kept part of the cap is used up; null
 * where something else refuses it. A network has a tenth of that part, as long as it has not had all of
 * its own: so whoever fills the cap from one network leaves the sign-ins of all others a way. All of a
 * /48 is one network here.
 *
 * @param refused the key of the allowance that refuses
 */
export function keptAllowancesOf(
  options: MfaOptions,
  cause: SendCause,
  refused: string,
): ScopedSendAllowance[] | null {
  const allowances = sendAllowancesOf(options, cause);
  const others = allowances.filter(({ scope }) => scope !== 'cap');
  if (!cause.isBound || others.some(({ key }) => key === refused)) return null;
  const key = `kept:${cause.factor}:${widestNetworkOf(cause.ip)}`;
  // As many as a subject has beside a network that has had all of its own, however low the cap is.
  const maxSends = Math.max(SPARE_SENDS, Math.floor(keptOf(options) * SHARE_OF_KEPT));
  const ofNetwork = { ...HOURLY, scope: 'network' as const, key, maxSends };
  return [...others, ofNetwork, capOf(cause, options.maxSendsPerHour)];
}

function isOfNetwork({ scope }: ScopedSendAllowance): boolean {
  return scope === 'network' || scope === 'site';
}

/** Names what a subject is sent for a purpose: the one count that has a cool-down. */
export function sendKeyOfSubject({
  subjectId,
  purpose,
}: Pick<SendCause, 'subjectId' | 'purpose'>): string {
  return `subject:${subjectId}:${purpose}`;
}

function subjectOf(options: MfaOptions, cause: SendCause): ScopedSendAllowance {
  return {
    scope: 'subject',
    key: sendKeyOfSubject(cause),
    subjectId: cause.subjectId,
    cooldownSeconds: options.sendCooldownSeconds,
    maxSends: options.maxSendsPerSubject,
    windowSeconds: SUBJECT_WINDOW_SECONDS,
  };
}

/** Sign-ins are counted apart: nothing that a session asks for, such as a stolen one, shuts them out. */
function askerOf(purpose: ChallengePurpose): string {
  return purpose === 'login' ? '' : 'session-';
}

function bindingsOf(
  { maxSendsPerAddress: maxSends }: MfaOptions,
  { subjectId, purpose, addressTags }: SendCause,
): ScopedSendAllowance[] {
  return addressTags.map((tag) => ({
    ...HOURLY,
    scope: 'binding',
    key: `${askerOf(purpose)}binding:${subjectId}:${tag}`,
    subjectId,
    maxSends,
  }));
}

/**
 * What keeps a mailbox from being flooded by many accounts. Those that have the address as their own
 * draw on another count: strangers, who can only name it, use nothing of that up.
 */
function addressesOf(
  { maxEnrolmentSendsPerAddress: maxSends }: MfaOptions,
  { addressTags, ownAddressTags }: SendCause,
): ScopedSendAllowance[] {
  return addressTags.map((tag) => ({
    ...HOURLY,
    scope: 'address',
    key: `${ownAddressTags.includes(tag) ? 'own-address' : 'address'}:${tag}`,
    maxSends,
  }));
}

function networksOf(
  { ip }: SendCause,
  { use, maxSends }: { readonly use: 'bound' | 'network'; readonly maxSends: number },
): ScopedSendAllowance[] {
  const [ofNetwork, ...ofSite] = networkAllowancesOf(ip, use, { ...HOURLY, maxSends });
  return [
    { ...ofNetwork, scope: 'network' },
    ...ofSite.map((one) => ({ ...one, scope: 'site' as const })),
  ];
}

/**
 * What a network may have sent, and the /48 of IPv6 that it may be in, which has sixteen times as much.
 *
 * @param ip where it is asked from; null: it is not known
 * @param use what is counted: another use is another count
 */
export function networkAllowancesOf(
  ip: string | null,
  use: string,
  limit: Omit<SendAllowance, 'key'>,
): [SendAllowance, ...SendAllowance[]] {
  const ofNetwork = { ...limit, key: `${use}:${networkOf(ip)}` };
  const site = siteOf(ip);
  if (site === null) return [ofNetwork];
  return [
    ofNetwork,
    { ...limit, key: `${use}:${site}`, maxSends: SHARES_OF_SITE * limit.maxSends },
  ];
}

/** Of the cap of a handler, what is kept for confirmed bindings. */
function keptOf({ maxSendsPerHour }: MfaOptions): number {
  return Math.ceil(maxSendsPerHour * SHARE_OF_BINDINGS);
}

/** Its key is the last in their order, so that the row that all wait for is held for a moment only. */
function capOf({ factor }: SendCause, maxSends: number): ScopedSendAllowance {
  return { ...HOURLY, scope: 'cap', key: `total:${factor}`, maxSends, slots: CAP_SLOTS };
}
