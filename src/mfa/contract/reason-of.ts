import { types } from 'node:util';

const CODE = /^\w{1,64}$/;
/** Codes of Node.js, of OpenSSL and of nodemailer, whose texts speak of a connection and of nobody. */
const IS_ABOUT_TLS =
  /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ESOCKET$|ETLS$)/;
const MOST_CHARACTERS = 300;
/** Errors are wrapped in others. */
const MOST_CAUSES = 3;

/**
 * What a log may say of an error: its kind and its codes, and those of what caused it. It quotes a mail
 * server's reply [RFC 5321 §4.2] without the addresses in it, and what is wrong with a connection or a
 * certificate; any other message may hold an address or a secret.
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

/** An error with what Node.js and mailers add to it. */
interface CodedError extends Error {
  readonly code?: unknown;
  /** The code of the system where a mailer has put its own in `code`. */
  readonly originalCode?: unknown;
  /** Of a mail server. */
  readonly responseCode?: unknown;
  readonly response?: unknown;
}

/** Unlike `instanceof`, this knows the errors of Node's own also in another realm, as under Jest. */
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

/** On one line, without any address. */
function quotable(text: string): string {
  return text
    .replaceAll(/(?:"[^"]*"|[^\s<>()[\]:;,"']*)@[^\s<>()[\]:;,"']*/g, '•••')
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .slice(0, MOST_CHARACTERS);
}
