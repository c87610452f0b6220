import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { MfaError } from '../../core/errors.js';
import { type HttpRequest } from '../http-request.js';

/** The media types of bodies, as OpenAPI lists them. */
export const BODY_MEDIA_TYPES = ['application/json', 'application/x-www-form-urlencoded'] as const;

/**
 * Refuses a body of another media type. Express would drop it without a word, and Fastify reads
 * plain text as well.
 */
@Injectable()
export class MediaTypeGuard implements CanActivate {
  /** @throws {MfaError} `unsupported_media_type` */
  canActivate(context: ExecutionContext): boolean {
    const refusal = mediaTypeRefusal(context.switchToHttp().getRequest<HttpRequest>());
    if (refusal !== null) throw refusal;
    return true;
  }
}

/** Names the media type of a body that is none of {@link BODY_MEDIA_TYPES}; null for others. */
export function mediaTypeRefusal({ headers }: Pick<HttpRequest, 'headers'>): MfaError | null {
  const mediaType = mediaTypeOf(headers);
  if (!hasBody(headers) || BODY_MEDIA_TYPES.some((known) => known === mediaType)) return null;
  return new MfaError('unsupported_media_type', {
    detail: `Unsupported media type "${mediaType.slice(0, 64)}" in request.`,
  });
}

/** A request has a body exactly when it says how it is framed [RFC 9112 §6]. */
function hasBody(headers: HttpRequest['headers']): boolean {
  const length = headers['content-length'] ?? '0';
  return length !== '0' || headers['transfer-encoding'] !== undefined;
}

function mediaTypeOf(headers: HttpRequest['headers']): string {
  const [mediaType = ''] = String(headers['content-type'] ?? '').split(';');
  return mediaType.trim().toLowerCase();
}
