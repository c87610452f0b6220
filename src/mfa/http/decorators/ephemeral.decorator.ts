import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type EphemeralClaims } from '../../core/keys/ephemeral-token.js';
import { ephemeralClaims } from '../guards/ephemeral-token.guard.js';

/** Parameter: the {@link EphemeralClaims} of the body. The route needs {@link EphemeralTokenGuard}. */
export const Ephemeral = createParamDecorator(
  (_: unknown, context: ExecutionContext): EphemeralClaims =>
    ephemeralClaims.of(context.switchToHttp().getRequest<object>()),
);
