import { type MfaError, type ProblemCode, PROBLEMS } from '../../contract/errors.js';
import { type Occurrence, PROBLEM_MEDIA_TYPE, problemBody } from './problem-body.js';

/** A whole response, ready to send. */
export interface ProblemResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON as text, because Nest's Express adapter sends an object as `application/json`. */
  readonly body: string;
}

/** The challenge to sign in [RFC 6750 §3]. */
const BEARER_CHALLENGES: ReadonlyMap<ProblemCode, string> = new Map([
  ['not_authenticated', 'Bearer'],
  ['host_not_authenticated', 'Bearer'],
  ['token_not_valid', 'Bearer error="invalid_token"'],
]);

/**
 * Writes a problem as RFC 9457 defines it, with the headers of its status.
 *
 * @param allowed the methods of the path, for a problem of status 405
 */
export function problemResponse(
  problem: MfaError,
  occurrence: Occurrence,
  allowed: readonly string[] = [],
): ProblemResponse {
  const { retryAfterSeconds } = problem.extras;
  const challenge = stepUpChallenge(problem) ?? BEARER_CHALLENGES.get(problem.code);
  return {
    status: problem.status,
    headers: {
      'Content-Type': `${PROBLEM_MEDIA_TYPE}; charset=utf-8`,
      'Cache-Control': 'no-store',
      ...(retryAfterSeconds !== undefined && { 'Retry-After': String(retryAfterSeconds) }),
      ...(challenge !== undefined && { 'WWW-Authenticate': challenge }),
      ...(problem.status === 405 && { Allow: allowed.join(', ') }),
    },
    body: JSON.stringify(problemBody(problem, occurrence)),
  };
}

/** Names the proof that is needed [RFC 9470 §3]. */
function stepUpChallenge({ extras: { freshProof } }: MfaError): string | undefined {
  if (freshProof === undefined) return undefined;
  const parameters = {
    error: 'insufficient_user_authentication',
    error_description: PROBLEMS.fresh_proof_required.detail,
    acr_values: freshProof.acr,
    max_age: String(freshProof.maxAgeSeconds),
  };
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}="${value}"`);
  return `Bearer ${pairs.join(', ')}`;
}
