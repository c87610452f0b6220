import { type IncomingHttpHeaders } from 'node:http';
import { parse } from 'node:querystring';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type RawServerDefault } from 'fastify';
import { MfaError } from '../../mfa/index.js';

/** Bodies are UTF-8 [RFC 8259 §8.1], and bytes that are none are not replaced: they could be a secret. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The content coding that is none [RFC 9110 §12.5.3]. */
const IDENTITY = 'identity';

/**
 * Has the server read JSON and forms, and refuse what is no text in UTF-8. A body without a byte is
 * none, whatever its media type; to be called before the application is initialised.
 */
export function readBodies(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  const { bodyLimit } = fastify.initialConfig;
  const limits = bodyLimit === undefined ? {} : { bodyLimit };
  const readJson = fastify.getDefaultJsonParser('error', 'error');
  app.useBodyParser<RawServerDefault>('application/json', limits, (request, bytes, done) => {
    if (bytes.length === 0) return done(null, undefined);
    const text = textOf(bytes, request.headers);
    if (text instanceof MfaError) return done(text, undefined);
    void readJson(request, text, done);
  });
  app.useBodyParser('application/x-www-form-urlencoded', limits, (request, bytes, done) => {
    const text = textOf(bytes, request.headers);
    if (text instanceof MfaError) return done(text, undefined);
    const fields = fieldsOf(text);
    if (fields instanceof MfaError) return done(fields, undefined);
    done(null, fields);
  });
}

function textOf(bytes: Buffer, headers: IncomingHttpHeaders): string | MfaError {
  const encoding = headers['content-encoding'] ?? IDENTITY;
  // Nothing is unpacked: a few bytes of gzip are a body without end.
  if (encoding.trim().toLowerCase() !== IDENTITY) {
    const detail = `Unsupported content encoding "${encoding.slice(0, 32)}" in request.`;
    return new MfaError('unsupported_media_type', { detail });
  }
  try {
    return UTF_8.decode(bytes);
  } catch (cause) {
    return malformed(cause);
  }
}

/** Every field, those that are given twice as lists. */
function fieldsOf(text: string): object | MfaError {
  try {
    // Throws at escapes that are no text, which the parser would leave as they are or replace.
    decodeURIComponent(text);
  } catch (cause) {
    return malformed(cause);
  }
  const fields = parse(text, '&', '=', { maxKeys: 0 });
  return Object.hasOwn(fields, '__proto__') ? malformed('__proto__') : fields;
}

function malformed(cause: unknown): MfaError {
  return new MfaError('malformed_body', {}, { cause });
}
