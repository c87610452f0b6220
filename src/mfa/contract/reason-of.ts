import { types } from 'node:util';

const CODE = /^\w{1,64}$/;
/** Codes of Node.js, OpenSSL and nodemailer. Their texts are about a connection and about no person. */
const IS_ABOUT_TLS =
  /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ESOCKET$|ETLS$)/;
const MOST_CHARACTERS = 300;
/** An error may wrap another one. */
const MOST_CAUSES = 3;

/**
 * Describes an error for the log: its kind and its codes, and those of its causes. It quotes the reply of
 * a mail server [RFC 5321 §4.2] without the addresses in it, and messages about a connection or a
 * certificate. It quotes no other message: one may hold an address or a secret.
 */
export function reasonOf(error: unknown, causesLeft = MOST_CAUSES): string {
  if (!isError(error)) return typeof error;
  const { originalCode, code, responseCode } = error;
  const own = [error.name, originalCode, code, responseCode].filter(isShort).join(' ');
  const words = wordsOf(error);
  const said = words === null ? own : `${own} (${words})`;
  if (causesLeft === 0 || error.cause === undefined) return said;
  return `${said}, by ${reasonOf(error.cause, causesLeft - 1)}`;
}

/** An error with the members that Node.js and mailers add to it. */
interface CodedError extends Error {
  readonly code?: unknown;
  /** The code of the system, if a mailer has put its own into `code`. */
  readonly originalCode?: unknown;
  /** The code of a mail server. */
  readonly responseCode?: unknown;
  readonly response?: unknown;
}

/** Unlike `instanceof`, this also knows Node's own errors of another realm, as under Jest. */
function isError(error: unknown): error is CodedError {
  return types.isNativeError(error) || error instanceof Error;
}

function isShort(part: unknown): boolean {
  return (typeof part === 'string' && CODE.test(part)) || typeof part === 'number';
}

function wordsOf({ code, originalCode, responseCode, response, message }: CodedError) {
  if (typeof responseCode === 'number' && typeof response === 'string') return quotable(response);
  const isAboutTls = [code, originalCode].some((one) => IS_ABOUT_TLS.test(String(one)));
  return isAboutTls ? quotable(message) : null;
}

/** On one line, without addresses. */
function quotable(text: string): string {
  return text
    .replaceAll(/(?:"[^"]*"|[^\s<>()[\]:;,"']*)@[^\s<>()[\]:;,"']*/g, '•••')
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .slice(0, MOST_CHARACTERS);
}
