import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type EphemeralClaims } from '../../core/keys/ephemeral-token.js';
import { ephemeralClaims } from '../guards/ephemeral-token.guard.js';
import { type ClientInfo } from '../../core/ports/mfa-passed.js';
import { clientOf } from '../requests/client-info.js';
import { type HttpRequest } from '../requests/http-request.js';

/**
 * Parameter: the parsed body as it came. Unlike Nest's `@Body()` it is left alone by a
 * `ValidationPipe` that a host has set for all of its routes, so that this library's own pipes
 * answer with their own words.
 */
export const RequestBody = createParamDecorator(
  (_: unknown, context: ExecutionContext): unknown =>
    context.switchToHttp().getRequest<{ readonly body?: unknown }>().body,
);

/** Parameter: the {@link EphemeralClaims} of the body. The route needs {@link EphemeralTokenGuard}. */
export const Ephemeral = createParamDecorator(
  (_: unknown, context: ExecutionContext): EphemeralClaims =>
    ephemeralClaims.of(context.switchToHttp().getRequest<object>()),
);

/** Parameter: the {@link ClientInfo} of the request. */
export const Client = createParamDecorator((_: unknown, context: ExecutionContext): ClientInfo =>
  clientOf(context.switchToHttp().getRequest<HttpRequest>()),
);
