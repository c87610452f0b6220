import {
  errorOfForms,
  oneOf,
  type OptionFormValues,
  textLike,
  trueOrFalse,
  wholeNumber,
} from '../../contract/option-form.js';
import { type HandlerDefaults } from '../../kit/handler-defaults.js';

/** DI token under which a host may bind {@link WebAuthnHandlerOptions} for the plain `WebAuthnHandler`. */
export const WEBAUTHN_HANDLER_OPTIONS = Symbol('WEBAUTHN_HANDLER_OPTIONS');

const USER_VERIFICATIONS = ['required', 'preferred', 'discouraged'] as const;

/** Options of a handler of security keys, apart from its names: one option per row. */
export const WEBAUTHN_OPTIONS = {
  /** Shown when a key is made. Default: the module's application name. */
  rpName: textLike(
    /^(?=[^]*\S)[^\p{Cc}\p{Cs}]{1,64}$/u,
    '1 to 64 characters',
    'a text of 1 to 64 characters',
  ),
  /**
   * Whether a key also checks its person, by a PIN or a fingerprint [WebAuthn Level 3 §5.8.6]. With
   * `required`, a proof without it is refused. Default `preferred`.
   */
  userVerification: oneOf(
    USER_VERIFICATIONS,
    `one of ${USER_VERIFICATIONS.join(', ')}`,
    'preferred, required or discouraged',
  ),
  /**
   * Whether a key that has counted its signatures may say 0 from then on, as some do once they are
   * moved into a password manager. Default false: such a proof is refused, because it may come from
   * a copy of the key.
   */
  acceptsCountOfZero: trueOrFalse,
  /** How long a browser waits for its person, 30 to 600. Default 300 [WebAuthn Level 3 §15.1]. */
  timeoutSeconds: wholeNumber(30, 600),
};

/** Options of a handler of security keys and passkeys. */
export interface WebAuthnHandlerOptions extends Partial<OptionFormValues<typeof WEBAUTHN_OPTIONS>> {
  /**
   * The relying party: the host name that keys are made for, or a parent domain of it. Keys made
   * for one are of no use for another.
   */
  readonly rpId: string;
  /** Where the front end runs: origins whose host is `rpId` or lies under it. At least one. */
  readonly origins: readonly string[];
  /**
   * Origins under other domains that may use the same keys. The host `rpId` tells browsers of them at
   * `/.well-known/webauthn` [WebAuthn Level 3 §5.11]. Default: none.
   */
  readonly relatedOrigins?: readonly string[];
  /** As {@link MfaHandler.name}. Default `webauthn`. */
  readonly name?: string;
  /** As {@link MfaHandler.displayName}. Default `Security key`. */
  readonly displayName?: string;
}

/** The options in force, checked, with every default filled in. */
export type ResolvedWebAuthnOptions = Required<WebAuthnHandlerOptions>;

/** Labels of letters, digits and hyphens with dots between. The last is no number, which excludes IP addresses. */
const DOMAIN = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9-]{2,63}$/;

/**
 * Fills in the defaults and refuses what cannot work.
 *
 * @throws {Error} naming the handler, the option and what it takes
 */
export function resolveWebAuthnOptions(
  given: WebAuthnHandlerOptions | undefined,
  defaults: HandlerDefaults,
): ResolvedWebAuthnOptions {
  const name = given?.name ?? 'webauthn';
  if (given === undefined) {
    throw new Error(
      `MFA handler "${name}" misses its options: list webauthnHandler({ rpId, origins }), or bind WEBAUTHN_HANDLER_OPTIONS.`,
    );
  }
  const options: ResolvedWebAuthnOptions = {
    rpId: given.rpId,
    origins: given.origins,
    relatedOrigins: given.relatedOrigins ?? [],
    rpName: given.rpName ?? defaults.applicationName,
    name,
    displayName: given.displayName ?? 'Security key',
    userVerification: given.userVerification ?? 'preferred',
    acceptsCountOfZero: given.acceptsCountOfZero ?? false,
    timeoutSeconds: given.timeoutSeconds ?? 300,
  };
  const error = errorOf(options);
  if (error !== undefined) throw new Error(`MFA handler "${name}": ${error}`);
  return options;
}

function errorOf(options: ResolvedWebAuthnOptions): string | undefined {
  const { rpId, origins, relatedOrigins } = options;
  if (!isRpId(rpId)) return 'rpId takes a host name such as example.org, or localhost.';
  if (!isFilledList(origins)) return 'origins takes at least one origin.';
  const strange = origins.find((origin) => !isOriginOf(rpId, origin));
  if (strange !== undefined) {
    return `origins takes https://${rpId} or origins of hosts under it, with http for localhost alone; "${strange}" is none.`;
  }
  if (!Array.isArray(relatedOrigins) || !relatedOrigins.every(isHttpsOrigin)) {
    return 'relatedOrigins takes a list of origins such as https://app.example.com.';
  }
  return errorOfForms(WEBAUTHN_OPTIONS, options);
}

/** Hosts in plain JavaScript may pass anything. */
function isFilledList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

function isRpId(rpId: unknown): boolean {
  return typeof rpId === 'string' && (rpId === 'localhost' || DOMAIN.test(rpId));
}

function isHttpsOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { origin: normal, protocol } = new URL(origin);
  return normal === origin && protocol === 'https:';
}

/** Browsers accept an `rpId` from its own host and hosts under it alone, and plain http from localhost alone. */
function isOriginOf(rpId: string, origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { origin: normal, protocol, hostname } = new URL(origin);
  if (normal !== origin) return false;
  const isUnder = hostname === rpId || hostname.endsWith(`.${rpId}`);
  const isLocal = rpId === 'localhost' && protocol === 'http:';
  return isUnder && (protocol === 'https:' || isLocal);
}
