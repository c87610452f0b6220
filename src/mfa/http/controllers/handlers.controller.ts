import { Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { HandlerRegistry } from '../../core/ceremony/handler-registry.js';
import { ApiProblems } from '../problems/api-problems.decorator.js';
import { AuthRoutes } from '../decorators/auth-routes.decorator.js';
import { HandlerResponse } from '../dto/methods.responses.js';
import { OPERATIONS } from '../openapi/operations.js';

/** The registered kinds of second factor. The route is public. */
@AuthRoutes('mfa/handlers', 'Methods')
export class HandlersController {
  constructor(private readonly registry: HandlerRegistry) {}

  @Get()
  @ApiOperation({
    operationId: OPERATIONS.listHandlers,
    summary: 'List the kinds of second factor, with a JSON Schema of each form',
  })
  @ApiOkResponse({ type: [HandlerResponse] })
  @ApiProblems()
  list(): HandlerResponse[] {
    return this.registry.all().map((handler) => new HandlerResponse(handler));
  }
}
