/** Hashes of TOTP [RFC 6238 §1.2]. */
export const TOTP_ALGORITHMS = ['SHA1', 'SHA256', 'SHA512'] as const;
/** Lengths of a code that authenticator apps know [RFC 4226 §5.3]. */
export const TOTP_DIGITS = [6, 8] as const;

/** One of {@link TOTP_ALGORITHMS}. */
export type TotpAlgorithm = (typeof TOTP_ALGORITHMS)[number];
/** One of {@link TOTP_DIGITS}. */
export type TotpDigits = (typeof TOTP_DIGITS)[number];

/** The stored state of one enrolled app: its parameters stay as they were at enrolment. */
export interface AppState {
  /** Base 32 without padding [RFC 4648 §6]. */
  readonly secret: string;
  readonly algorithm: TotpAlgorithm;
  readonly digits: TotpDigits;
  readonly periodSeconds: number;
  /**
   * The steps of the last accepted codes, in the order of acceptance. A code is refused for each of
   * these steps, and for every step before the latest one within the window's reach [RFC 6238
   * §5.2].
   */
  readonly usedSteps: readonly number[];
}

/** Holds every window many times over, and still knows the steps used before a wrong clock was set right. */
export const MOST_USED_STEPS = 32;

/** The version of {@link AppState} that is written. */
export const APP_STATE_VERSION = 1;

/** 16 to 64 bytes: no fewer than RFC 4226 §4 allows, no more than SHA-512 gives. */
const SECRET_FORM = /^[A-Z2-7]{26,103}$/;

/**
 * Checks the shape of a stored state: what comes from a table is not trusted.
 *
 * @throws {Error} when this is not a state of the present version
 */
export function parseAppState(state: unknown, version: number): AppState {
  if (version !== APP_STATE_VERSION || !isAppState(state)) {
    throw new Error('This is not the state of an authenticator app.');
  }
  const { secret, algorithm, digits, periodSeconds, usedSteps } = state;
  return { secret, algorithm, digits, periodSeconds, usedSteps };
}

function isAppState(state: unknown): state is AppState {
  if (typeof state !== 'object' || state === null) return false;
  const { secret, algorithm, digits, periodSeconds, usedSteps } = state as Partial<AppState>;
  return (
    typeof secret === 'string' &&
    SECRET_FORM.test(secret) &&
    TOTP_ALGORITHMS.some((known) => known === algorithm) &&
    TOTP_DIGITS.some((known) => known === digits) &&
    isCount(periodSeconds) &&
    periodSeconds > 0 &&
    Array.isArray(usedSteps) &&
    usedSteps.length <= MOST_USED_STEPS &&
    usedSteps.every(isCount)
  );
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
