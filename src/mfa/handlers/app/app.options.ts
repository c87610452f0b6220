import {
  errorOfForms,
  oneOf,
  type OptionFormValues,
  textLike,
  wholeNumber,
} from '../../contract/option-form.js';
import { type HandlerDefaults } from '../../kit/handler-defaults.js';
import { TOTP_ALGORITHMS, TOTP_DIGITS } from './app.state.js';

/** DI token under which a host may bind {@link AppHandlerOptions} for the plain `AppHandler`. */
export const APP_HANDLER_OPTIONS = Symbol('APP_HANDLER_OPTIONS');

/** Options of a handler of authenticator apps, apart from its names: one option per row. */
export const APP_OPTIONS = {
  /** Shown in the app: 1 to 64 characters without a colon. Default: the module's application name. */
  issuer: textLike(
    /^(?=[^]*\S)[^:\p{Cc}\p{Cs}]{1,64}$/u,
    '1 to 64 characters without a colon',
    'a text of 1 to 64 characters without a colon',
  ),
  /** Default `SHA1`, the only one that every app knows. */
  algorithm: oneOf(
    TOTP_ALGORITHMS,
    `one of ${TOTP_ALGORITHMS.join(', ')}`,
    'SHA1, SHA256 or SHA512',
  ),
  /** Digits of a code. Default 6. */
  digits: oneOf(TOTP_DIGITS, TOTP_DIGITS.join(' or ')),
  /** Length of a step in seconds, 15 to 60. Default: the module's [NIST SP 800-63B-4 §3.1.4.1]. */
  periodSeconds: wholeNumber(15, 60),
  /** Steps accepted before and after the present one, 0 to 2, for existing enrolments too. Default: the module's. */
  windowSteps: wholeNumber(0, 2),
};

/** Options of a handler of authenticator apps. They shape new enrolments; existing ones keep their parameters. */
export interface AppHandlerOptions extends Partial<OptionFormValues<typeof APP_OPTIONS>> {
  /** As {@link MfaHandler.name}. Default `app`. */
  readonly name?: string;
  /** As {@link MfaHandler.displayName}. Default `Authenticator app`. */
  readonly displayName?: string;
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
  const error = errorOfForms(APP_OPTIONS, options);
  if (error !== undefined) throw new Error(`MFA handler "${options.name}": ${error}`);
  return options;
}
