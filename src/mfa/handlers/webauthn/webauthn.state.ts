import { type JsonObject } from '../../contract/handler.js';

/** One credential of a key: what later proofs of it are checked against [WebAuthn Level 3 §4]. */
export interface WebAuthnCredential {
  /** In base64url, as browsers write it. */
  readonly id: string;
  /** The COSE key [RFC 9052 §7] in base64url. */
  readonly publicKey: string;
  /** Signatures that the key has counted; 0 for those that do not count. */
  readonly signCount: number;
  /** `multiDevice` for one that may be copied to other devices of its owner. */
  readonly deviceType: 'singleDevice' | 'multiDevice';
  /** Whether there was a copy when it was used last. */
  readonly backedUp: boolean;
  /** How browsers reach the key, as they said themselves. */
  readonly transports: readonly string[];
  /** The model of the key as it says itself, unproven; zeroes where it does not. */
  readonly aaguid: string;
  /** Whether the key verified its person when it was registered. False where that was not recorded. */
  readonly userVerified: boolean;
  /** Whether the key can be found without a user name, a passkey; null where the browser did not say. */
  readonly isDiscoverable: boolean | null;
  /** What the key keeps of its user, in base64url; null: as `userHandleOf` makes it of the subject. */
  readonly userHandle: string | null;
}

/** The stored state of one key. */
export interface WebAuthnState {
  /** Null until the enrolment is confirmed. */
  readonly credential: WebAuthnCredential | null;
}

/** The version of {@link WebAuthnState} that is written. */
export const WEBAUTHN_STATE_VERSION = 2;
/** The first version did not record what a registration showed. */
const UNRECORDED = { userVerified: false, isDiscoverable: null, userHandle: null };

const BASE64URL = /^[A-Za-z0-9_-]+$/;
const DEVICE_TYPES: readonly unknown[] = ['singleDevice', 'multiDevice'];

/**
 * Checks the shape of a stored state: what comes from a table is not trusted.
 *
 * @throws {Error} when this is not a state of the version, or the version is unknown
 */
export function parseWebAuthnState(state: unknown, version: number): WebAuthnState {
  const present = version === 1 ? inVersion2(state) : state;
  if (![1, WEBAUTHN_STATE_VERSION].includes(version) || !isState(present)) {
    throw new Error('This is not the state of a security key.');
  }
  return { credential: present.credential && membersOf(present.credential) };
}

function inVersion2(state: unknown): unknown {
  if (typeof state !== 'object' || state === null) return state;
  const { credential } = state as { readonly credential?: unknown };
  if (typeof credential !== 'object' || credential === null) return state;
  return { credential: { ...credential, ...UNRECORDED } };
}

/** What a list may show of a key: nothing before its enrolment, and never the public key itself. */
export function describeCredential({ credential }: WebAuthnState): JsonObject {
  if (credential === null) return {};
  const { id, signCount, deviceType, backedUp, transports, aaguid } = credential;
  const { userVerified, isDiscoverable } = credential;
  return {
    credential_id: id,
    sign_count: signCount,
    device_type: deviceType,
    backed_up: backedUp,
    transports: [...transports],
    aaguid,
    user_verified: userVerified,
    ...(isDiscoverable !== null && { is_passkey: isDiscoverable }),
  };
}

function membersOf(credential: WebAuthnCredential): WebAuthnCredential {
  const { id, publicKey, signCount, deviceType, backedUp, transports, aaguid } = credential;
  const { userVerified, isDiscoverable, userHandle } = credential;
  const recorded = { userVerified, isDiscoverable, userHandle };
  return { id, publicKey, signCount, deviceType, backedUp, transports, aaguid, ...recorded };
}

function isState(state: unknown): state is WebAuthnState {
  if (typeof state !== 'object' || state === null) return false;
  const { credential } = state as Partial<WebAuthnState>;
  return credential === null || isCredential(credential);
}

function isCredential(value: unknown): value is WebAuthnCredential {
  if (typeof value !== 'object' || value === null) return false;
  const { id, publicKey, signCount, deviceType, backedUp, transports, aaguid } =
    value as Partial<WebAuthnCredential>;
  const { userVerified, isDiscoverable, userHandle } = value as Partial<WebAuthnCredential>;
  return (
    [id, publicKey].every((text) => typeof text === 'string' && BASE64URL.test(text)) &&
    Number.isSafeInteger(signCount) &&
    Number(signCount) >= 0 &&
    DEVICE_TYPES.includes(deviceType) &&
    typeof backedUp === 'boolean' &&
    Array.isArray(transports) &&
    transports.every((transport) => typeof transport === 'string') &&
    typeof aaguid === 'string' &&
    typeof userVerified === 'boolean' &&
    (isDiscoverable === null || typeof isDiscoverable === 'boolean') &&
    (userHandle === null || (typeof userHandle === 'string' && BASE64URL.test(userHandle)))
  );
}
