import { networkOf, SHARES_OF_SITE, siteOf, widestNetworkOf } from '../ports/network-of.js';
import { type MfaOptions } from '../options/mfa.options.js';
import { type ChallengePurpose } from '../ports/challenge-purpose.js';
import { type SendScope } from '../ports/ports.js';
import { type SendAllowance } from './send-budgets.js';

const SUBJECT_WINDOW_SECONDS = 900;
/** Budgets by the hour, without a cool-down. */
const HOURLY = { cooldownSeconds: 0, windowSeconds: 3600 } as const;
/** The part of a handler's cap that is reserved for confirmed bindings. */
const SHARE_OF_BINDINGS = 0.2;
/** The part of the reserve that one network may use. */
const SHARE_OF_KEPT = 0.1;
/** Up to eight senders commit concurrently, because each locks the row of one slot. */
const CAP_SLOTS = 8;
/**
 * Codes for confirmed bindings that a subject may have in an hour when the budget of its network is used
 * up: enough to sign in, whatever others behind the same address do.
 */
const SPARE_SENDS = 2;

/** The longest window of all budgets: older counts have no effect. */
export const LONGEST_SEND_WINDOW_SECONDS = Math.max(SUBJECT_WINDOW_SECONDS, HOURLY.windowSeconds);

/** The facts of a send that decide its budgets. */
export interface SendCause {
  readonly subjectId: string;
  readonly purpose: ChallengePurpose;
  /** The handler's name. Each handler has a cap of its own. */
  readonly factor: string;
  /** Whether the subject has confirmed these addresses before. */
  readonly isBound: boolean;
  /** Keyed hashes of the addresses, each under every key of the ring. */
  readonly addressTags: readonly string[];
  /** Those of the account's own addresses. */
  readonly ownAddressTags: readonly string[];
  /** The address of the client; null when it is not known. */
  readonly ip: string | null;
}

/** A budget of sending, and what it belongs to. */
export interface ScopedSendAllowance extends SendAllowance {
  readonly scope: SendScope;
}

/**
 * The budgets of one more code. The actor pays. A code for a confirmed binding is charged to the subject,
 * to its binding, which nobody else uses up, and to the client's network. A code that confirms an address
 * is charged to the subject, to the client's network, and to the address. A cap holds over all codes of a
 * handler, and a fifth of it is reserved: {@link keptAllowancesOf}.
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
 * The budgets of a code for a confirmed binding when that of its network is used up; null when another
 * budget refuses it. Many people may share a network, so each subject keeps a few sends that nobody else
 * behind the same address uses up.
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
 * The budgets of a code for a confirmed binding when only the reserve of the cap is left; null when
 * another budget refuses it. A network gets a tenth of the reserve at most, so that an attacker who fills
 * the cap from one network leaves a way to sign in for all others.
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
  // At least what a subject has when its network is used up, however low the cap is.
  const maxSends = Math.max(SPARE_SENDS, Math.floor(keptOf(options) * SHARE_OF_KEPT));
  const ofNetwork = { ...HOURLY, scope: 'network' as const, key, maxSends };
  return [...others, ofNetwork, capOf(cause, options.maxSendsPerHour)];
}

function isOfNetwork({ scope }: ScopedSendAllowance): boolean {
  return scope === 'network' || scope === 'site';
}

/** The key of a subject's budget for a purpose, the one budget that has a cool-down. */
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

/** Sign-ins have a count of their own, so that a stolen session cannot use it up. */
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
 * Keeps many accounts from flooding one mailbox. Accounts that own the address have another count, which
 * strangers who name the address cannot use up.
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
 * The budgets of a network, and of the /48 of IPv6 that it is in, which has sixteen times as much.
 *
 * @param ip the address of the client; null when it is not known
 * @param use what is counted; each use has a count of its own
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

/** The reserve of a handler's cap for confirmed bindings. */
function keptOf({ maxSendsPerHour }: MfaOptions): number {
  return Math.ceil(maxSendsPerHour * SHARE_OF_BINDINGS);
}

/** Its key sorts last, so that the row that all senders wait for is locked for the shortest time. */
function capOf({ factor }: SendCause, maxSends: number): ScopedSendAllowance {
  return { ...HOURLY, scope: 'cap', key: `total:${factor}`, maxSends, slots: CAP_SLOTS };
}
