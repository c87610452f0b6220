import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

/**
 * Parameter: the parsed body as it came. Unlike Nest's `@Body()` it is left alone by a
 * `ValidationPipe` that a host has set for all of its routes, so that this library's own pipes
 * answer with their own words.
 */
export const RequestBody = createParamDecorator(
  (_: unknown, context: ExecutionContext): unknown =>
    context.switchToHttp().getRequest<{ readonly body?: unknown }>().body,
);
