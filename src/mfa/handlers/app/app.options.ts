import { type HandlerDefaults } from '../../kit/handler-defaults.js';
import { TOTP_ALGORITHMS, TOTP_DIGITS, type TotpAlgorithm, type TotpDigits } from './app.state.js';

/** DI token under which a host may bind {@link AppHandlerOptions} for the plain `AppHandler`. */
export const APP_HANDLER_OPTIONS = Symbol('APP_HANDLER_OPTIONS');

/** What a host may set of a handler of authenticator apps. New enrolments follow it; those that exist keep theirs. */
export interface AppHandlerOptions {
  /** Default `app`. */
  readonly name?: string;
  /** Default `Authenticator app`. */
  readonly displayName?: string;
  /** Shown in the app: 1 to 64 characters without a colon. Default: the module's application name. */
  readonly issuer?: string;
  /** Default `SHA1`, the only one that every app knows. */
  readonly algorithm?: TotpAlgorithm;
  /** Digits of a code. Default 6. */
  readonly digits?: TotpDigits;
  /** Length of a step in seconds, 15 to 60. Default: the module's [NIST SP 800-63B-4 §3.1.4.1]. */
  readonly periodSeconds?: number;
  /** Steps accepted before and after the present one, 0 to 2; for those that exist too. Default: the module's. */
  readonly windowSteps?: number;
}

/** The options in force, checked, with every default filled in. */
export type ResolvedAppOptions = Required<AppHandlerOptions>;

/**
 * Fills in the defaults and refuses what is out of range.
 *
 * @throws {Error} naming the handler, the option and what it takes
 */
export function resolveAppOptions(
  given: AppHandlerOptions,
  defaults: HandlerDefaults,
): ResolvedAppOptions {
  const options: ResolvedAppOptions = {
    name: given.name ?? 'app',
    displayName: given.displayName ?? 'Authenticator app',
    issuer: given.issuer ?? defaults.applicationName,
    algorithm: given.algorithm ?? 'SHA1',
    digits: given.digits ?? 6,
    periodSeconds: given.periodSeconds ?? defaults.totpDefaultIntervalSeconds,
    windowSteps: given.windowSteps ?? defaults.totpDefaultValidWindowSteps,
  };
  const fault = faultOf(options);
  if (fault !== undefined) throw new Error(`MFA handler "${options.name}": ${fault}`);
  return options;
}

function faultOf(options: ResolvedAppOptions): string | undefined {
  if (!/^[^:\p{Cc}\p{Cs}]{1,64}$/u.test(options.issuer) || options.issuer.trim() === '') {
    return 'issuer takes 1 to 64 characters without a colon.';
  }
  if (!TOTP_ALGORITHMS.includes(options.algorithm)) {
    return `algorithm takes one of ${TOTP_ALGORITHMS.join(', ')}.`;
  }
  if (!TOTP_DIGITS.includes(options.digits)) return `digits takes ${TOTP_DIGITS.join(' or ')}.`;
  if (!isWholeNumber(options.periodSeconds, 15, 60)) {
    return 'periodSeconds takes a whole number from 15 to 60.';
  }
  if (!isWholeNumber(options.windowSteps, 0, 2)) {
    return 'windowSteps takes a whole number from 0 to 2.';
  }
  return undefined;
}

function isWholeNumber(value: number, least: number, greatest: number): boolean {
  return Number.isInteger(value) && value >= least && value <= greatest;
}
