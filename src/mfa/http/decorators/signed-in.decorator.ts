import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type Actor } from '../../core/access/actor.js';
import { clientOf } from '../requests/client-info.js';
import { principals } from '../guards/signed-in.guard.js';
import { type HttpRequest } from '../requests/http-request.js';

/** Parameter: the {@link Actor} of the request. The route needs {@link SignedInGuard}. */
export const SignedIn = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const request = context.switchToHttp().getRequest<HttpRequest>();
  return { ...principals.of(request), client: clientOf(request) };
});
