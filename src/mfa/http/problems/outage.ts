import { types } from 'node:util';

/** Errors of the connection and of the look-up of its address, by Node's names for them. */
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
 * PostgreSQL cannot serve, or asks to try again: connection exceptions (class 08), insufficient
 * resources (class 53), serialization failure, deadlock, lock not available, query cancelled by a
 * timeout, the three kinds of shutdown, sessions that idled too long, and a server that only reads,
 * as a standby does until it takes over.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const SQL_STATES = /^(08...|25006|25P03|53...|40001|40P01|55P03|57014|57P0[1235])$/;

/** `pg` gives these no code, only a text. */
const PG_MESSAGES = [
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Connection terminated',
  'Query read timeout',
  'Client has encountered a connection error',
];

/** What TypeORM throws when a connection broke between two statements of a transaction. */
const TYPEORM_NAMES: ReadonlySet<string> = new Set([
  'QueryRunnerAlreadyReleasedError',
  'QueryRunnerProviderAlreadyReleasedError',
]);

/** TypeORM wraps the driver's error, and others may wrap that. */
const DEEPEST_WRAP = 3;

/**
 * Whether an error says that the database, or another service that this one needs, does not answer
 * at the moment, so that the same may succeed later without anybody doing anything. The one list of
 * such errors: it decides what a client is told, and what a start waits for.
 */
export function isOutage(error: unknown, wrapsLeft = DEEPEST_WRAP): boolean {
  // Unlike `instanceof`, this knows the errors of Node's own also in another realm, as under Jest.
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
