import { systemErrorCode } from '../system-error.js';

/** Of Node: there is no way to the host, or nobody there who listens, or whose name is known. */
const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/**
 * Of PostgreSQL [Appendix A]: class 08, the connection; 57P01 to 57P03, it stops or starts; 53300,
 * too many connections, as while another server is replaced.
 */
const POSTGRESQL_CODES = /^(?:08...|57P0[123]|53300)$/;

/** The driver's own errors, which have no code: it gave up, or the other side hung up. */
const DRIVER_MESSAGES = /^(?:timeout expired|Connection terminated)/;

/** Whether a database that cannot be used now may be usable soon, and nobody has to do anything. */
export function isWorthWaiting(error: unknown): boolean {
  const code = systemErrorCode(error);
  if (typeof code === 'string') return NETWORK_CODES.has(code) || POSTGRESQL_CODES.test(code);
  return error instanceof Error && DRIVER_MESSAGES.test(error.message);
}
