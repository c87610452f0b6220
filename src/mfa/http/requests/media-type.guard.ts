import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { MfaError } from '../../contract/errors.js';
import { type HttpRequest } from './http-request.js';

/** The accepted media types of bodies. */
export const BODY_MEDIA_TYPES = ['application/json', 'application/x-www-form-urlencoded'] as const;

/** The replacement character: parsers put it in the place of any bytes that are no text. */
const REPLACED = '\uFFFD';

/**
 * Refuses a body of another media type: Express would silently drop it, and Fastify also reads plain text.
 * Refuses a body with bytes that are no UTF-8 as well: after their replacement, two different secrets
 * would be equal.
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

/** Whether the parser replaced bytes in a text or a name of the body. */
function holdsReplaced(body: unknown): boolean {
  // Without recursion: the depth of a body is bounded by its length alone.
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
 * The refusal of a body whose media type is none of {@link BODY_MEDIA_TYPES}, or whose declared charset is
 * not UTF-8. Null for any other body.
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

/** A request has a body exactly if a header frames it [RFC 9112 §6]. */
function hasBody(headers: HttpRequest['headers']): boolean {
  const length = headers['content-length'] ?? '0';
  return length !== '0' || headers['transfer-encoding'] !== undefined;
}

function contentTypeOf(headers: HttpRequest['headers']) {
  const [mediaType = '', ...parameters] = String(headers['content-type'] ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  // The first header counts, as for the parsers.
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  return { mediaType, charset: charset?.slice('charset='.length).replaceAll('"', '').trim() };
}
