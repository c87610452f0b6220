import { type Format, listOf, matching, webOrigin } from '../values/formats.js';
import { optional, type SettingValues } from './setting.js';

/** The relying party of security keys, unless an entry of the file names another. */
export interface WebAuthnSettings {
  readonly rpId: string;
  readonly origins: readonly string[];
}

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
] as const;

/** The relying party, from the values of {@link WEBAUTHN_SETTINGS}. */
export function webAuthnOf(
  { WEBAUTHN_RP_ID: rpId, WEBAUTHN_ORIGINS: origins }: SettingValues<typeof WEBAUTHN_SETTINGS>,
  publicUrl: string,
): WebAuthnSettings {
  return { rpId: rpId ?? new URL(publicUrl).hostname, origins: origins ?? [publicUrl] };
}
