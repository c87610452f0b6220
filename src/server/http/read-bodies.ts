import { type IncomingHttpHeaders } from 'node:http';
import { parse } from 'node:querystring';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type RawServerDefault } from 'fastify';
import { MfaError } from '../../mfa/index.js';

/**
 * Bodies are UTF-8 [RFC 8259 §8.1]. Invalid bytes are refused, not replaced: replacement would make
 * two different secrets one.
 */
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The name for no content coding [RFC 9110 §12.5.3]. */
const IDENTITY = 'identity';

/**
 * Makes the server read JSON and forms, and refuse bodies that are not UTF-8. An empty body is no
 * body, whatever its media type. Call this before the application is initialised.
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
  // Nothing is decompressed: a few bytes of gzip can expand without end.
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

/** All fields; repeated ones become lists. */
function fieldsOf(text: string): object | MfaError {
  try {
    // Throws at escapes that are not UTF-8; the parser would keep or replace them.
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
