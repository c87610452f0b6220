import { type MfaOptions } from '../mfa.options.js';
import { type AttemptBudgets } from './attempts.js';
import { type ProblemCode } from './errors.js';
import { type ChallengePurpose, type ChallengeRecord, type MethodRecord } from './stores.js';
import { type SendAllowance } from './send-budgets.js';

/** At most this many consecutive failures for one authenticator [NIST SP 800-63B-4 §3.2.2]. */
const MAX_FAILURES_EVER = 100;
const LONGEST_LOCK_SECONDS = 86_400;
/** So many sessions may be worn out, one after the other, before what they guess at is locked in all. */
const SESSIONS_OF_SUBJECT = 10;
const SUBJECT_WINDOW_SECONDS = 900;
/** What is counted by the hour, without a cool-down. */
const HOURLY = { cooldownSeconds: 0, windowSeconds: 3600 } as const;
/** Of the cap over all sends, what enrolments leave to codes for confirmed bindings. */
const SHARE_OF_BINDINGS = 0.2;
/** Eight senders at one moment commit beside each other, as each locks the row of one slot alone. */
const CAP_SLOTS = 8;

/** After this a count of sent codes has no meaning, whatever was counted. */
export const LONGEST_SEND_WINDOW_SECONDS = Math.max(SUBJECT_WINDOW_SECONDS, HOURLY.windowSeconds);

/** How much may go wrong, from the options. Each lock is twice as long as the one before, up to a day. */
export function attemptBudgetsOf(options: MfaOptions): AttemptBudgets {
  const doublings = Math.ceil(Math.log2(LONGEST_LOCK_SECONDS / options.lockSeconds));
  return {
    maxAttemptsPerChallenge: options.maxAttemptsPerChallenge,
    maxFailuresPerMethod: options.maxFailuresPerMethod,
    maxFailuresPerAccount: options.maxFailuresPerAccount,
    maxFailuresPerSession: options.maxFailuresPerSession,
    maxFailuresOverSessions: options.maxFailuresPerSession * SESSIONS_OF_SUBJECT,
    maxFailuresEver: MAX_FAILURES_EVER,
    lockSeconds: Array.from({ length: doublings + 1 }, (_, times) =>
      Math.min(options.lockSeconds * 2 ** times, LONGEST_LOCK_SECONDS),
    ),
  };
}

/** What one code is sent for, as far as its budgets ask. */
export interface SendCause {
  readonly subjectId: string;
  readonly purpose: ChallengePurpose;
  /** Whether the subject has proven before that it receives what is sent to these addresses. */
  readonly isBound: boolean;
  /** The keyed hashes of the addresses, each under every key of the ring. */
  readonly addressTags: readonly string[];
  /** As `networkOf` has it. */
  readonly network: string;
}

/** Whose budget it is: why a send was refused, for those who watch. */
export type SendScope = 'subject' | 'binding' | 'address' | 'network' | 'cap';

/** A budget of sending with whose it is. */
export interface ScopedSendAllowance extends SendAllowance {
  readonly scope: SendScope;
}

/**
 * What one more code draws on. Whoever acts pays: a code for a subject's own binding is charged to
 * that subject and its binding, which nobody else draws on; one that asks whether an address is the
 * subject's is charged to the subject, to the network that it asks from, and to what the address may
 * be asked by everybody. A cap holds over all, and enrolments leave a fifth of it to the others.
 */
export function sendAllowancesOf(options: MfaOptions, cause: SendCause): ScopedSendAllowance[] {
  const charged = cause.isBound ? bindingsOf(options, cause) : enrolmentOf(options, cause);
  return [...charged, subjectOf(options, cause), capOf(options, cause)];
}

function subjectOf(options: MfaOptions, { subjectId, purpose }: SendCause): ScopedSendAllowance {
  return {
    scope: 'subject',
    key: `subject:${subjectId}:${purpose}`,
    subjectId,
    cooldownSeconds: options.sendCooldownSeconds,
    maxSends: options.maxSendsPerSubject,
    windowSeconds: SUBJECT_WINDOW_SECONDS,
  };
}

function bindingsOf(
  { maxSendsPerAddress: maxSends }: MfaOptions,
  { subjectId, addressTags }: SendCause,
): ScopedSendAllowance[] {
  return addressTags.map((tag) => ({
    ...HOURLY,
    scope: 'binding',
    key: `binding:${subjectId}:${tag}`,
    subjectId,
    maxSends,
  }));
}

function enrolmentOf(
  options: MfaOptions,
  { addressTags, network }: SendCause,
): ScopedSendAllowance[] {
  const maxSends = options.maxEnrolmentSendsPerAddress;
  return [
    ...addressTags.map((tag) => ({
      ...HOURLY,
      scope: 'address' as const,
      key: `address:${tag}`,
      maxSends,
    })),
    {
      ...HOURLY,
      scope: 'network',
      key: `network:${network}`,
      maxSends: options.maxEnrolmentSendsPerNetwork,
    },
  ];
}

/** Its key is the last in their order, so that the row that all wait for is held for a moment only. */
function capOf({ maxSendsPerHour }: MfaOptions, { isBound }: SendCause): ScopedSendAllowance {
  const maxSends = isBound
    ? maxSendsPerHour
    : maxSendsPerHour - Math.ceil(maxSendsPerHour * SHARE_OF_BINDINGS);
  return { ...HOURLY, scope: 'cap', key: 'total', maxSends, slots: CAP_SLOTS };
}

/** The methods that a login may ask for: the primary first, then the longest-standing. */
export function offered(methods: readonly MethodRecord[]): MethodRecord[] {
  return methods
    .filter((method) => method.isActive)
    .sort(
      (a, b) =>
        Number(b.isPrimary) - Number(a.isPrimary) ||
        Number(a.activatedVersion) - Number(b.activatedVersion),
    );
}

/**
 * Why a method may not be deleted, or null when it may.
 *
 * Rules: 1. an active one not, where that is set; 2. the primary one not, where that is set;
 * 3. the last active one not, where that is set.
 */
export function deletionRefusal(
  method: MethodRecord,
  methods: readonly MethodRecord[],
  options: MfaOptions,
): ProblemCode | null {
  if (options.preventDeleteActiveMethod && method.isActive) return 'delete_active_forbidden';
  if (options.preventDeletePrimaryMethod && method.isPrimary) return 'delete_primary_forbidden';
  if (options.preventDeleteLastMethod && isLastActive(method, methods)) {
    return 'delete_last_forbidden';
  }
  return null;
}

/** Whether what removes a method, or a part of it, must be proven: where that is set, if it works. */
export function takesProofToRemove(
  { isActive }: Pick<MethodRecord, 'isActive'>,
  { deleteActiveMethodRequireCode }: Pick<MfaOptions, 'deleteActiveMethodRequireCode'>,
): boolean {
  return isActive && deleteActiveMethodRequireCode;
}

/** Whether the subject would have no active method without this one. */
export function isLastActive(method: MethodRecord, methods: readonly MethodRecord[]): boolean {
  return method.isActive && !methods.some((other) => other.isActive && other.id !== method.id);
}

/**
 * Whether an open login's method is still the one that it was opened for: active without a break.
 * {@link AttemptStore.spend} decides by the same rule in its statement.
 */
export function isAlive(login: ChallengeRecord, method: MethodRecord): boolean {
  return method.id === login.methodId && isEligible(login, method);
}

/**
 * Whether an open login may ask for this method: one that was active when the login was opened. Both are
 * told by the account's version, which grows behind its lock, and never by clocks.
 */
export function isEligible(
  { accountVersion }: Pick<ChallengeRecord, 'accountVersion'>,
  { activatedVersion }: Pick<MethodRecord, 'activatedVersion'>,
): boolean {
  return activatedVersion !== null && activatedVersion <= accountVersion;
}
