import { secondsUntil } from '../../contract/clock.js';
import { type Refusal } from '../ports/attempts.js';
import { MfaError } from '../../contract/errors.js';
import { type UnreadFields } from '../../contract/read-fields.js';
import { type ChallengePurpose } from '../ports/challenge-purpose.js';

/** What decides how a refusal is worded. */
interface RefusedRequest {
  readonly purpose: ChallengePurpose;
  readonly wrongProofDetail: string;
}

/** Where a signed-in subject names a method and no token, no code can be right without a challenge. */
export function noChallenge(request: RefusedRequest): MfaError {
  return isNamedByToken(request)
    ? new MfaError('invalid_token')
    : new MfaError('invalid_code', { detail: request.wrongProofDetail });
}

function isNamedByToken({ purpose }: RefusedRequest): boolean {
  return purpose === 'login' || purpose === 'step_up';
}

/** Says why no attempt was spent. */
export function problemOfRefusal(
  refusal: Refusal,
  request: RefusedRequest,
  errors: ReadonlyMap<string, UnreadFields>,
  now: Date,
): MfaError {
  switch (refusal.reason) {
    case 'no_challenge':
      return errorOfNamedMethod(request, errors) ?? noChallenge(request);
    case 'method_gone':
      return new MfaError('method_not_found');
    case 'unreadable':
      return errors.get(refusal.handler)?.problem() ?? new MfaError('method_not_found');
    case 'account_locked':
    case 'session_locked':
      return new MfaError(refusal.reason, {
        retryAfterSeconds: secondsUntil(refusal.until, now),
      });
    case 'method_locked':
      return methodLocked(refusal.until, now);
    case 'exhausted':
      return new MfaError('attempts_exhausted');
  }
}

/** Where the request names the method, one handler alone has read the proof. */
function errorOfNamedMethod(
  request: RefusedRequest,
  errors: ReadonlyMap<string, UnreadFields>,
): MfaError | undefined {
  const [error] = isNamedByToken(request) ? [] : errors.values();
  return error?.problem();
}

const ONE_DAY_SECONDS = 86_400;

function methodLocked(until: Date | null, now: Date): MfaError {
  return until === null
    ? new MfaError('method_locked', {
        detail: 'This method is locked for good. Delete it and set it up again.',
        retryAfterSeconds: ONE_DAY_SECONDS,
      })
    : new MfaError('method_locked', { retryAfterSeconds: secondsUntil(until, now) });
}
