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
}

/** The stored state of one key. */
export interface WebAuthnState {
  /** Null until the enrolment is confirmed. */
  readonly credential: WebAuthnCredential | null;
}

/** The version of {@link WebAuthnState} that is written. */
export const WEBAUTHN_STATE_VERSION = 1;

const BASE64URL = /^[A-Za-z0-9_-]+$/;
const DEVICE_TYPES: readonly unknown[] = ['singleDevice', 'multiDevice'];

/**
 * Checks the shape of a stored state: what comes from a table is not trusted.
 *
 * @throws {Error} when this is not a state of the present version
 */
export function parseWebAuthnState(state: unknown, version: number): WebAuthnState {
  if (version !== WEBAUTHN_STATE_VERSION || !isState(state)) {
    throw new Error('This is not the state of a security key.');
  }
  return { credential: state.credential && membersOf(state.credential) };
}

/** What a list may show of a key: nothing before its enrolment, and never the public key itself. */
export function describeCredential({ credential }: WebAuthnState): JsonObject {
  if (credential === null) return {};
  const { id, signCount, deviceType, backedUp, transports, aaguid } = credential;
  return {
    credential_id: id,
    sign_count: signCount,
    device_type: deviceType,
    backed_up: backedUp,
    transports: [...transports],
    aaguid,
  };
}

function membersOf(credential: WebAuthnCredential): WebAuthnCredential {
  const { id, publicKey, signCount, deviceType, backedUp, transports, aaguid } = credential;
  return { id, publicKey, signCount, deviceType, backedUp, transports, aaguid };
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
  return (
    [id, publicKey].every((text) => typeof text === 'string' && BASE64URL.test(text)) &&
    Number.isSafeInteger(signCount) &&
    Number(signCount) >= 0 &&
    DEVICE_TYPES.includes(deviceType) &&
    typeof backedUp === 'boolean' &&
    Array.isArray(transports) &&
    transports.every((transport) => typeof transport === 'string') &&
    typeof aaguid === 'string'
  );
}
