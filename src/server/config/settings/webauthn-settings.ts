import { type Format, listOf, matching, urlOf, webOrigin } from '../values/formats.js';
import { optional, type SettingValues } from './setting.js';

/** The relying party of security keys, unless an entry of the file names another. */
export interface WebAuthnSettings {
  readonly rpId: string;
  readonly origins: readonly string[];
  /** Origins under other domains that may use the same keys; empty: none. */
  readonly relatedOrigins: readonly string[];
}

/** Pages of the front end that password managers lead to. A null is not told. */
export interface PasskeyPages {
  readonly enroll: string | null;
  readonly manage: string | null;
}

const PAGE = urlOf(['https', 'http']);

/** The form alone: the handler checks the name against the origins. */
export const relyingPartyId: Format<string> = matching(
  /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
  'a host name in lower case, such as example.org',
);

/** The settings of the relying party. */
export const WEBAUTHN_SETTINGS = [
  optional(
    'WEBAUTHN_RP_ID',
    'Host name that security keys are made for: that of the front end or a parent domain; unset: the host of `PUBLIC_URL`',
    relyingPartyId,
  ),
  optional(
    'WEBAUTHN_ORIGINS',
    'Origins of the front ends that may use security keys; unset: `PUBLIC_URL`',
    listOf(webOrigin),
  ),
  optional(
    'WEBAUTHN_RELATED_ORIGINS',
    'Origins under other domains that may use the same keys, told at `/.well-known/webauthn`; unset: none',
    listOf(webOrigin),
  ),
  optional(
    'PASSKEY_ENROLL_URL',
    'Page on which people make a passkey, told to password managers at `/.well-known/passkey-endpoints`; unset: not told',
    PAGE,
  ),
  optional(
    'PASSKEY_MANAGE_URL',
    'Page on which people manage their passkeys, told as `PASSKEY_ENROLL_URL` is; unset: not told',
    PAGE,
  ),
] as const;

/** The relying party and the pages, from the values of {@link WEBAUTHN_SETTINGS}. */
export function webAuthnOf(
  values: SettingValues<typeof WEBAUTHN_SETTINGS>,
  publicUrl: string,
): { readonly webAuthn: WebAuthnSettings; readonly passkeyPages: PasskeyPages } {
  return {
    webAuthn: {
      rpId: values.WEBAUTHN_RP_ID ?? new URL(publicUrl).hostname,
      origins: values.WEBAUTHN_ORIGINS ?? [publicUrl],
      relatedOrigins: values.WEBAUTHN_RELATED_ORIGINS ?? [],
    },
    passkeyPages: { enroll: values.PASSKEY_ENROLL_URL, manage: values.PASSKEY_MANAGE_URL },
  };
}
