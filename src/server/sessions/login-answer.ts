import { type JsonObject, type LoginOutcome, type MfaPending } from '../../mfa/index.js';
import { type SecondFactorResponse } from './login.responses.js';

/** The response to a proven first factor. */
export function loginAnswer(outcome: LoginOutcome): JsonObject {
  return outcome.kind === 'passed'
    ? { ...outcome.tokens, mfa_enabled: false }
    : secondFactorResponse(outcome.pending);
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
