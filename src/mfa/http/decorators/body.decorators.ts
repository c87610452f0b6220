import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type EphemeralClaims } from '../../core/keys/ephemeral-token.js';
import { ephemeralClaims } from '../guards/ephemeral-token.guard.js';
import { type ClientInfo } from '../../core/ports/mfa-passed.js';
import { clientOf } from '../requests/client-info.js';
import { type HttpRequest } from '../requests/http-request.js';

/**
 * Parameter: the parsed body. Unlike Nest's `@Body()`, a global `ValidationPipe` of the host does not touch
 * it, so that the pipes of this library answer with their own words.
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
