import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type ClientInfo } from '../../core/mfa-passed.js';
import { clientOf } from '../client-info.js';
import { type HttpRequest } from '../http-request.js';

/** Parameter: the {@link ClientInfo} of the request. */
export const Client = createParamDecorator((_: unknown, context: ExecutionContext): ClientInfo =>
  clientOf(context.switchToHttp().getRequest<HttpRequest>()),
);
