import { applyDecorators } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiResponse,
  type ApiResponseOptions,
  getSchemaPath,
} from '@nestjs/swagger';
import { ACR } from '../../core/ports/assurance.js';
import { MfaError, type ProblemCode, type ProblemExtras, PROBLEMS } from '../../contract/errors.js';
import { ProblemDetails } from './problem-details.js';
import { PROBLEM_MEDIA_TYPE, problemBody } from './problem-body.js';

/** What can go wrong wherever a body is read. */
export const BODY_PROBLEMS = [
  'validation_failed',
  'malformed_body',
  'payload_too_large',
  'unsupported_media_type',
] as const satisfies readonly ProblemCode[];

/** What can go wrong wherever a proof is judged. */
const PROOF_PROBLEMS = ['invalid_code', 'attempts_exhausted', 'method_locked'] as const;

/** What can go wrong where the proof of a login is judged. */
export const LOGIN_PROOF_PROBLEMS = [
  ...PROOF_PROBLEMS,
  'account_locked',
] as const satisfies readonly ProblemCode[];

/** What can go wrong where a proof of who is signed in is judged. */
export const SESSION_PROOF_PROBLEMS = [
  ...PROOF_PROBLEMS,
  'session_locked',
] as const satisfies readonly ProblemCode[];

/** What can go wrong wherever a code is sent. */
export const SENDING_PROBLEMS = [
  'send_too_soon',
  'send_limit',
  'delivery_failed',
] as const satisfies readonly ProblemCode[];

/** What can go wrong wherever an access token is asked for. */
export const ACCESS_PROBLEMS = [
  'not_authenticated',
  'token_not_valid',
] as const satisfies readonly ProblemCode[];

/** What can go wrong wherever an access token is asked for whose proof is recent. */
export const FRESH_PROOF_PROBLEMS = [
  ...ACCESS_PROBLEMS,
  'fresh_proof_required',
] as const satisfies readonly ProblemCode[];

/** What can go wrong on every route. */
const COMMON_PROBLEMS = ['rate_limited', 'internal', 'unavailable'] as const;

const EXTRAS: { readonly [code in ProblemCode]?: ProblemExtras } = {
  validation_failed: { errors: { method: ['This field is required.'] } },
  invalid_code: { attemptsLeft: 4 },
  method_locked: { retryAfterSeconds: 900 },
  account_locked: { retryAfterSeconds: 900 },
  session_locked: { retryAfterSeconds: 900 },
  send_too_soon: { retryAfterSeconds: 30 },
  send_limit: { retryAfterSeconds: 600 },
  fresh_proof_required: { freshProof: { maxAgeSeconds: 900, acr: ACR.twoFactors } },
  unavailable: { retryAfterSeconds: 1 },
};

const RETRY_AFTER = {
  description: 'Seconds to wait, where it is known [RFC 9110 §10.2.3].',
  schema: { type: 'integer' as const, minimum: 0 },
  example: 30,
};

/** What comes with a status beside its body. */
const HEADERS: Readonly<Record<number, NonNullable<ApiResponseOptions['headers']>>> = {
  401: {
    'WWW-Authenticate': {
      description: 'How to sign in, or which proof would do [RFC 6750 §3, RFC 9470 §3].',
      schema: { type: 'string' },
      example: 'Bearer error="invalid_token"',
    },
  },
  429: { 'Retry-After': RETRY_AFTER },
  503: { 'Retry-After': RETRY_AFTER },
};

/**
 * Documents the failures of a route: each status once, with its codes and an example of each. Those
 * that every route can meet are added.
 */
export function ApiProblems(...codes: readonly ProblemCode[]): MethodDecorator & ClassDecorator {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of new Set([...codes, ...COMMON_PROBLEMS])) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const responses = [...byStatus].map(([status, group]) => responseOf(status, group));
  return applyDecorators(ApiExtraModels(ProblemDetails), ...responses);
}

function responseOf(status: number, codes: readonly ProblemCode[]) {
  const examples = Object.fromEntries(codes.map((code) => [code, exampleOf(code)]));
  const headers = HEADERS[status];
  return ApiResponse({
    status,
    description: codes.map((code) => `\`${code}\``).join(', '),
    ...(headers && { headers }),
    content: {
      [PROBLEM_MEDIA_TYPE]: { schema: { $ref: getSchemaPath(ProblemDetails) }, examples },
    },
  });
}

/** Until {@link completeMfaDocument} puts the path of the operation in its place. */
const EXAMPLE_INSTANCE = '/…';

function exampleOf(code: ProblemCode) {
  const occurrence = { instance: EXAMPLE_INSTANCE, traceId: null };
  const problem = new MfaError(code, EXTRAS[code]);
  return { summary: PROBLEMS[code].title, value: problemBody(problem, occurrence) };
}
