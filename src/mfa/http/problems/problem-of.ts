import { HttpException } from '@nestjs/common';
import { MfaError, type ProblemCode } from '../../contract/errors.js';
import { isOutage } from './outage.js';

/** The code for a status, if the thrown value says no more. */
const CODES: ReadonlyMap<number, ProblemCode> = new Map([
  // A refusal of the library has a code already. This one comes from a global guard of the host.
  [401, 'host_not_authenticated'],
  [403, 'host_forbidden'],
  [404, 'not_found'],
  [405, 'method_not_allowed'],
  [408, 'request_timeout'],
  [413, 'payload_too_large'],
  [414, 'not_found'],
  [415, 'unsupported_media_type'],
  [417, 'expectation_failed'],
  [429, 'rate_limited'],
  [431, 'headers_too_large'],
  [501, 'not_implemented'],
  [503, 'unavailable'],
]);

/** A client that shall try again must know when. */
const OUTAGE_RETRY_SECONDS = 1;

/**
 * Turns a thrown value of any origin into a problem: of the library, Nest, Express, Fastify, a body parser
 * or the database. The thrown value becomes the `cause`.
 */
export function problemOf(thrown: unknown): MfaError {
  if (thrown instanceof MfaError) return thrown;
  const code = codeOf(thrown);
  const extras = code === 'unavailable' ? { retryAfterSeconds: OUTAGE_RETRY_SECONDS } : {};
  return new MfaError(code, extras, { cause: thrown });
}

function codeOf(thrown: unknown): ProblemCode {
  if (isOutage(thrown)) return 'unavailable';
  const status = statusOf(thrown);
  if (status === 400) return codeOfBadRequest(thrown);
  return CODES.get(status) ?? (status < 500 ? 'validation_failed' : 'internal');
}

/** Reads the platform's own errors alone. The error of a mailer may have a status too, which means something else. */
function statusOf(thrown: unknown): number {
  if (thrown instanceof HttpException) return thrown.getStatus();
  if (!isPlatformError(thrown)) return 500;
  return typeof thrown.statusCode === 'number' ? thrown.statusCode : 500;
}

function codeOfBadRequest(thrown: unknown): ProblemCode {
  const origin = thrown instanceof HttpException ? thrown.cause : thrown;
  if (!isPlatformError(origin)) return 'validation_failed';
  return isUrlError(origin) ? 'not_found' : 'malformed_body';
}

/** The signatures of body-parser (`http-errors`), of Fastify, and of its guard against prototype poisoning. */
interface PlatformError extends Error {
  readonly statusCode?: unknown;
  readonly code?: unknown;
}

function isPlatformError(thrown: unknown): thrown is PlatformError {
  if (!(thrown instanceof Error)) return false;
  if (thrown instanceof URIError) return true;
  if (thrown instanceof SyntaxError) return 'statusCode' in thrown;
  return thrown.name === 'FastifyError' || ('expose' in thrown && 'statusCode' in thrown);
}

/** An undecodable path does not exist. */
function isUrlError(error: PlatformError): boolean {
  return (
    error instanceof URIError ||
    error.code === 'FST_ERR_BAD_URL' ||
    error.code === 'FST_ERR_INVALID_URL'
  );
}
