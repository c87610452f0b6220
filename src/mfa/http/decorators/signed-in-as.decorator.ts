import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type Principal } from '../../core/access/actor.js';
import { principals } from '../guards/signed-in.guard.js';

/** Parameter: the {@link Principal} of the request. The route needs {@link SignedInGuard}. */
export const SignedInAs = createParamDecorator((_: unknown, context: ExecutionContext): Principal =>
  principals.of(context.switchToHttp().getRequest<object>()),
);
