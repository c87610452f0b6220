import {
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import { type JsonObject, type Subject } from '../../contract/handler.js';
import { userHandleOf } from './user-handle.js';
import { type ResolvedWebAuthnOptions } from './webauthn.options.js';
import { type WebAuthnCredential } from './webauthn.state.js';

/** EdDSA, ES256 and RS256 by their COSE numbers [RFC 9053 §2, RFC 8812 §2], the preferred one first. */
export const ALGORITHMS: readonly number[] = [-8, -7, -257];

/** The one-time challenge for a key, and the keys concerned. */
interface KeyQuestion {
  readonly challenge: string;
  readonly credentials: readonly WebAuthnCredential[];
}

/** Creation options in JSON, for a new key beside these [WebAuthn Level 3 §5.4]. */
export function creationOptions(
  options: ResolvedWebAuthnOptions,
  subject: Subject,
  { challenge, credentials }: KeyQuestion,
): JsonObject {
  const { rpId, rpName, userVerification, timeoutSeconds } = options;
  const { displayName } = subject;
  return {
    rp: { id: rpId, name: rpName },
    user: { id: userHandleOf(subject, rpId), name: displayName, displayName },
    challenge,
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    timeout: timeoutSeconds * 1000,
    excludeCredentials: descriptorsOf(credentials),
    // A discoverable credential can also sign in without a user name.
    authenticatorSelection: {
      residentKey: 'preferred',
      requireResidentKey: false,
      userVerification,
    },
    attestation: 'none',
    extensions: { credProps: true },
  } satisfies PublicKeyCredentialCreationOptionsJSON;
}

/** Request options in JSON. Each of these keys may answer [WebAuthn Level 3 §5.5]. */
export function requestOptions(
  { rpId, userVerification, timeoutSeconds }: ResolvedWebAuthnOptions,
  { challenge, credentials }: KeyQuestion,
): JsonObject {
  return {
    rpId,
    challenge,
    timeout: timeoutSeconds * 1000,
    allowCredentials: descriptorsOf(credentials),
    userVerification,
  } satisfies PublicKeyCredentialRequestOptionsJSON;
}

function descriptorsOf(credentials: readonly WebAuthnCredential[]) {
  return credentials.map(({ id, transports }) => ({
    type: 'public-key' as const,
    id,
    transports: [...transports],
  }));
}
