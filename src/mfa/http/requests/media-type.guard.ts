import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { MfaError } from '../../contract/errors.js';
import { type HttpRequest } from './http-request.js';

/** The media types of bodies, as OpenAPI lists them. */
export const BODY_MEDIA_TYPES = ['application/json', 'application/x-www-form-urlencoded'] as const;

/** What parsers put in the place of bytes that are no text; it stands for any of them. */
const REPLACED = '\uFFFD';

/**
 * Refuses a body of another media type, or with bytes that are no text in UTF-8: with those replaced,
 * two different secrets would be the same. Express would drop the first without a word, and Fastify
 * reads plain text as well.
 */
@Injectable()
export class MediaTypeGuard implements CanActivate {
  /** @throws {MfaError} `unsupported_media_type` or `malformed_body` */
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<HttpRequest>();
    const refusal = mediaTypeRefusal(request);
    if (refusal !== null) throw refusal;
    if (holdsReplaced(request.body)) throw new MfaError('malformed_body');
    return true;
  }
}

/** Whether a text of a parsed body, or a name in it, was not what was sent. */
function holdsReplaced(body: unknown): boolean {
  // Not by recursion: a body may be nested as deeply as it is long.
  const waiting = [body];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === 'string' && value.includes(REPLACED)) return true;
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, member] of Object.entries(value)) waiting.push(name, member);
  }
  return false;
}

/**
 * Names the media type of a body that is none of {@link BODY_MEDIA_TYPES}, or is said to be of another
 * charset than UTF-8; null for others.
 */
export function mediaTypeRefusal({ headers }: Pick<HttpRequest, 'headers'>): MfaError | null {
  if (!hasBody(headers)) return null;
  const { mediaType, charset } = contentTypeOf(headers);
  const isKnown = BODY_MEDIA_TYPES.some((known) => known === mediaType);
  if (isKnown && (charset === undefined || /^utf-?8$/.test(charset))) return null;
  const shown = isKnown ? `${mediaType}; charset=${charset}` : mediaType;
  return new MfaError('unsupported_media_type', {
    detail: `Unsupported media type "${shown.slice(0, 64)}" in request.`,
  });
}

/** A request has a body exactly when it says how it is framed [RFC 9112 §6]. */
function hasBody(headers: HttpRequest['headers']): boolean {
  const length = headers['content-length'] ?? '0';
  return length !== '0' || headers['transfer-encoding'] !== undefined;
}

function contentTypeOf(headers: HttpRequest['headers']) {
  const [mediaType = '', ...parameters] = String(headers['content-type'] ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  // The first one counts, as for the parsers.
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  return { mediaType, charset: charset?.slice('charset='.length).replaceAll('"', '').trim() };
}
