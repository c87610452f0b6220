import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type ClientInfo } from '../../core/ports/mfa-passed.js';
import { clientOf } from '../requests/client-info.js';
import { type HttpRequest } from '../requests/http-request.js';

/** Parameter: the {@link ClientInfo} of the request. */
export const Client = createParamDecorator((_: unknown, context: ExecutionContext): ClientInfo =>
  clientOf(context.switchToHttp().getRequest<HttpRequest>()),
);
