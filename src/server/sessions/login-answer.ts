import {
  type JsonObject,
  type LoginOutcome,
  type MfaPending,
  TrustedDeviceResponse,
} from '../../mfa/index.js';
import { type SecondFactorResponse } from './login.responses.js';

/** The response to a proven first factor. */
export function loginAnswer(outcome: LoginOutcome): JsonObject {
  if (outcome.kind === 'pending') return secondFactorResponse(outcome.pending);
  const { tokens, device } = outcome;
  const remembered = device && { trusted_device: { ...new TrustedDeviceResponse(device) } };
  return { ...tokens, ...remembered, mfa_enabled: false };
}

function secondFactorResponse(
  pending: MfaPending,
): Record<keyof SecondFactorResponse, unknown> & JsonObject {
  return {
    ephemeral_token: pending.ephemeralToken,
    method: pending.method,
    mfa_enabled: true,
    methods: pending.methods.map(({ name, displayName }) => ({ name, display_name: displayName })),
    expires_at: pending.expiresAt.toISOString(),
    challenge: pending.challenge,
  };
}
