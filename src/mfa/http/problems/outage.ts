import { types } from 'node:util';

/** Node's codes for errors of a connection and of the look-up of its address. */
const CONNECTION_CODES: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
]);

/**
 * SQLSTATEs of a PostgreSQL that cannot serve at present: connection exceptions (class 08), insufficient
 * resources (class 53), serialization failure, deadlock, lock not available, query cancelled by a
 * timeout, the three kinds of shutdown, a session that idled too long, and a server that only reads,
 * as a standby does until it takes over.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const SQL_STATES = /^(08...|25006|25P03|53...|40001|40P01|55P03|57014|57P0[1235])$/;

/** Errors of `pg` that have a text and no code. */
const PG_MESSAGES = [
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Connection terminated',
  'Query read timeout',
  'Client has encountered a connection error',
];

/** Errors of TypeORM after a connection broke between two statements of a transaction. */
const TYPEORM_NAMES: ReadonlySet<string> = new Set([
  'QueryRunnerAlreadyReleasedError',
  'QueryRunnerProviderAlreadyReleasedError',
]);

/** TypeORM wraps the error of the driver, and others may wrap that of TypeORM. */
const DEEPEST_WRAP = 3;

/**
 * Whether an error is an outage of the database or of another required service, so that the same request
 * may succeed later. This is the only list of such errors. It decides the answer to the client and
 * whether a start waits.
 */
export function isOutage(error: unknown, wrapsLeft = DEEPEST_WRAP): boolean {
  // Unlike `instanceof`, this also knows Node's own errors of another realm, as under Jest.
  if (!types.isNativeError(error)) return false;
  if (TYPEORM_NAMES.has(error.name)) return true;
  if (isOutageCode(codeOf(error)) || isOutageMessage(error.message)) return true;
  return wrapsLeft > 0 && innerErrorsOf(error).some((inner) => isOutage(inner, wrapsLeft - 1));
}

function codeOf(error: Error): unknown {
  return 'code' in error ? error.code : undefined;
}

function isOutageCode(code: unknown): boolean {
  return CONNECTION_CODES.has(code) || (typeof code === 'string' && SQL_STATES.test(code));
}

function isOutageMessage(message: string): boolean {
  return PG_MESSAGES.some((start) => message.startsWith(start));
}

function innerErrorsOf(error: Error): unknown[] {
  return [error.cause, 'driverError' in error ? error.driverError : undefined];
}
