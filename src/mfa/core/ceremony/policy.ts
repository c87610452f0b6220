import { type MfaOptions } from '../options/mfa.options.js';
import { type AttemptBudgets } from '../ports/attempts.js';
import { type ProblemCode } from '../../contract/errors.js';
import { type ChallengeRecord, type MethodRecord } from '../ports/stores.js';

/** At most this many consecutive failures for one authenticator [NIST SP 800-63B-4 §3.2.2]. */
const MAX_FAILURES_EVER = 100;
const LONGEST_LOCK_SECONDS = 86_400;
/** How many sessions may use up their guesses at a factor before it is locked in all of them. */
const SESSIONS_OF_SUBJECT = 10;

/** The budgets of guessing, from the options. Each lock is twice as long as the one before, up to a day. */
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

/** The active methods, which a login may ask for: the primary first, then the longest-standing. */
export function activeOf(methods: readonly MethodRecord[]): MethodRecord[] {
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
 * Rules, each where it is set: 1. an active method stays; 2. the primary one stays; 3. the last active
 * one stays.
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

/** Whether removing a method, or a part of it, takes a proof: where that is set, for an active one. */
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
 * Whether a method is the one that an open login asks for, active without a break since. The statement of
 * {@link AttemptStore.spend} has the same rule.
 */
export function isAlive(login: ChallengeRecord, method: MethodRecord): boolean {
  return method.id === login.methodId && isEligible(login, method);
}

/**
 * Whether an open login may ask for this method: it must have been active when the login was opened. This
 * is decided by the account's version, which grows behind the account's lock. Clocks may be wrong.
 */
export function isEligible(
  { accountVersion }: Pick<ChallengeRecord, 'accountVersion'>,
  { activatedVersion }: Pick<MethodRecord, 'activatedVersion'>,
): boolean {
  return activatedVersion !== null && activatedVersion <= accountVersion;
}
