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

/** Problems of a route that reads a body. */
export const BODY_PROBLEMS = [
  'validation_failed',
  'malformed_body',
  'payload_too_large',
  'unsupported_media_type',
] as const satisfies readonly ProblemCode[];

/** Problems of a route that judges a proof. */
const PROOF_PROBLEMS = ['invalid_code', 'attempts_exhausted', 'method_locked'] as const;

/** Problems of a route that judges the proof of a login. */
export const LOGIN_PROOF_PROBLEMS = [
  ...PROOF_PROBLEMS,
  'account_locked',
] as const satisfies readonly ProblemCode[];

/** Problems of a route that judges a proof of a signed-in subject. */
export const SESSION_PROOF_PROBLEMS = [
  ...PROOF_PROBLEMS,
  'session_locked',
] as const satisfies readonly ProblemCode[];

/** Problems of a route that sends a code. */
export const SENDING_PROBLEMS = [
  'send_too_soon',
  'send_limit',
  'delivery_failed',
] as const satisfies readonly ProblemCode[];

/** Problems of a route that asks for an access token. */
export const ACCESS_PROBLEMS = [
  'not_authenticated',
  'token_not_valid',
] as const satisfies readonly ProblemCode[];

/** Problems of a route that asks for an access token with a recent proof. */
export const FRESH_PROOF_PROBLEMS = [
  ...ACCESS_PROBLEMS,
  'fresh_proof_required',
] as const satisfies readonly ProblemCode[];

/** Problems of every route. */
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

/** The headers of a status. */
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
 * Documents the problems of a route: each status once, with its codes and an example of each. It adds the
 * problems of every route.
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

/** A placeholder: {@link completeMfaDocument} replaces it by the path of the operation. */
const EXAMPLE_INSTANCE = '/…';

function exampleOf(code: ProblemCode) {
  const occurrence = { instance: EXAMPLE_INSTANCE, traceId: null };
  const problem = new MfaError(code, EXTRAS[code]);
  return { summary: PROBLEMS[code].title, value: problemBody(problem, occurrence) };
}
