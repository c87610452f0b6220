import { type VerifyOutcome } from '../../contract/handler.js';
import { ALGORITHMS } from './browser-options.js';
import { refuseUnsoundKey } from './credential-key.js';
import { type WebAuthnServer } from './webauthn-server.js';
import { type ResolvedWebAuthnOptions } from './webauthn.options.js';
import {
  type AssertionJson,
  type CredentialJson,
  type RegistrationJson,
} from './webauthn.proof.js';
import { type WebAuthnCredential, type WebAuthnState } from './webauthn.state.js';

type Outcome = VerifyOutcome<WebAuthnState>;

/** What an answer is judged by, in both ceremonies. */
interface Judgement {
  readonly server: WebAuthnServer;
  readonly options: ResolvedWebAuthnOptions;
  /** The challenge that the key had to sign. */
  readonly challenge: string;
  /** Whether the key had to verify its person, whatever the options say. */
  readonly requiresVerification: boolean;
  readonly answer: CredentialJson;
}

/** A key was present (`pop`), and somebody touched it (`user`) [RFC 8176 §2]. */
export const PRESENCE = ['pop', 'user'] as const;
/** Not a registered value: the key verified its person, by a PIN or a fingerprint. */
const VERIFIED_PERSON = 'uv';

/**
 * Judges the answer to creation options [WebAuthn Level 3 §7.1].
 *
 * @param binding.taken ids of credentials that are already enrolled
 * @param binding.userHandle what the key keeps of its user
 * @throws {Error} for most of what can be wrong with an answer, and for an unsafe key
 */
export async function judgeRegistration(
  judgement: Judgement,
  { taken, userHandle }: { readonly taken: readonly string[]; readonly userHandle: string },
): Promise<Outcome> {
  const { server, answer } = judgement;
  const { response } = answer;
  if (!('attestationObject' in response)) return { ok: false };
  if (!isWithoutCertificates(server, response)) return { ok: false };
  const { clientDataJSON, attestationObject, transports } = response;
  const { credProps } = answer.clientExtensionResults ?? {};
  const result = await server.verifyRegistrationResponse({
    ...expectationsOf(judgement),
    supportedAlgorithmIDs: [...ALGORITHMS],
    response: cleanAnswer(answer, { clientDataJSON, attestationObject }),
  });
  const { registrationInfo: made } = result;
  // The id in the key's own data counts, not the one that the browser wrote beside it.
  if (made?.credential.id !== answer.id || taken.includes(answer.id)) return { ok: false };
  refuseUnsoundKey(server, made.credential.publicKey);
  const credential: WebAuthnCredential = {
    id: answer.id,
    publicKey: Buffer.from(made.credential.publicKey).toString('base64url'),
    signCount: made.credential.counter,
    deviceType: made.credentialDeviceType,
    backedUp: made.credentialBackedUp,
    transports: transports ?? [],
    aaguid: made.aaguid,
    userVerified: made.userVerified,
    isDiscoverable: credProps?.rk ?? null,
    userHandle,
  };
  return { ok: true, state: { credential }, amr: amrOf(made), handle: userHandle };
}

/**
 * Judges the answer to request options against this credential [WebAuthn Level 3 §7.2].
 *
 * @param madeHandle the handle of a credential that keeps none of its own
 */
export async function judgeAssertion(
  judgement: Judgement,
  credential: WebAuthnCredential,
  madeHandle: string,
): Promise<Outcome> {
  const { server, answer } = judgement;
  const { response } = answer;
  const userHandle = credential.userHandle ?? madeHandle;
  if (answer.id !== credential.id || !('signature' in response)) return { ok: false };
  // Discoverable credentials return their user handle; others leave it out.
  if ((response.userHandle || userHandle) !== userHandle) return { ok: false };
  const { clientDataJSON, authenticatorData, signature } = response;
  const { verified, authenticationInfo: used } = await server.verifyAuthenticationResponse({
    ...expectationsOf(judgement),
    response: cleanAnswer(answer, { clientDataJSON, authenticatorData, signature }),
    credential: {
      id: credential.id,
      publicKey: Uint8Array.from(Buffer.from(credential.publicKey, 'base64url')),
      // Compared below, after the signature has been verified.
      counter: 0,
    },
  });
  if (!verified) return { ok: false };
  const { newCounter: signCount, credentialBackedUp: backedUp } = used;
  // Whether a credential may be copied is fixed when it is created [WebAuthn Level 3 §6.1.3].
  if (used.credentialDeviceType !== credential.deviceType) {
    return { ok: false, reason: 'backup_eligibility_changed' };
  }
  if (!isCountSound(signCount, credential, judgement.options)) {
    return { ok: false, reason: 'sign_count_fell' };
  }
  return {
    ok: true,
    state: { credential: { ...credential, signCount, backedUp, userHandle } },
    amr: amrOf(used),
    ...(credential.userHandle === null && { handle: userHandle }),
    ...(credential.userVerified && used.userVerified && { isTwoFactor: true }),
  };
}

/** A key that counts must count up; otherwise there may be a copy of it [WebAuthn Level 3 §6.1.1]. */
function isCountSound(
  signCount: number,
  before: WebAuthnCredential,
  { acceptsCountOfZero }: ResolvedWebAuthnOptions,
): boolean {
  if (signCount === 0) return before.signCount === 0 || acceptsCountOfZero;
  return signCount > before.signCount;
}

function expectationsOf({ options, challenge, requiresVerification }: Judgement) {
  return {
    expectedChallenge: challenge,
    expectedOrigin: [...options.origins, ...options.relatedOrigins],
    expectedRPID: options.rpId,
    requireUserVerification: requiresVerification || options.userVerification === 'required',
  };
}

/** Passes only validated members to the package. */
function cleanAnswer<R extends RegistrationJson | AssertionJson>(
  { id, rawId, type }: CredentialJson,
  response: R,
) {
  return { id, rawId, type, response, clientExtensionResults: {} };
}

/**
 * No attestation is requested, and certificates are never examined: they name addresses to fetch.
 * Browsers pass on self attestation at most.
 */
function isWithoutCertificates(
  { decodeAttestationObject, isoBase64URL }: WebAuthnServer,
  { attestationObject }: RegistrationJson,
): boolean {
  const decoded = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject));
  const fmt = decoded.get('fmt');
  return fmt === 'none' || (fmt === 'packed' && decoded.get('attStmt').get('x5c') === undefined);
}

function amrOf({ userVerified }: { readonly userVerified: boolean }): string[] {
  return userVerified ? [...PRESENCE, VERIFIED_PERSON] : [...PRESENCE];
}
