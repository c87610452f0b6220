import { type MfaError, type ProblemCode, PROBLEMS } from '../../contract/errors.js';
import { type JsonObject } from '../../contract/handler.js';

/** The media type of every problem [RFC 9457 §6.1]. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** The occurrence of a problem. */
export interface Occurrence {
  /** The path of the request without its query. Null: it was unreadable. */
  readonly instance: string | null;
  /** The id in the log. Null: nothing was logged. */
  readonly traceId: string | null;
}

/** The members of a problem body, without those that have no value [RFC 9457 §3]. */
export function problemBody(error: MfaError, { instance, traceId }: Occurrence): JsonObject {
  const { errors, retryAfterSeconds, attemptsLeft, freshProof } = error.extras;
  return {
    type: problemType(error.code),
    title: PROBLEMS[error.code].title,
    status: error.status,
    detail: error.message,
    ...(instance !== null && { instance }),
    code: error.code,
    ...(errors && { errors: jsonOf(errors) }),
    ...(retryAfterSeconds !== undefined && { retry_after: retryAfterSeconds }),
    ...(attemptsLeft !== undefined && { attempts_left: attemptsLeft }),
    ...(freshProof && { max_age: freshProof.maxAgeSeconds, acr_values: freshProof.acr }),
    ...(traceId !== null && { trace_id: traceId }),
  };
}

/** A URI that identifies the code. It is no address [RFC 9457 §3.1.1]. */
function problemType(code: ProblemCode): string {
  return `urn:nestjs-mfa:problem:${code}`;
}

function jsonOf(errors: Readonly<Record<string, readonly string[]>>): JsonObject {
  return Object.fromEntries(Object.entries(errors).map(([field, texts]) => [field, [...texts]]));
}
