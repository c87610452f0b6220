import { Delete, HttpCode, Param, Patch, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
} from '@nestjs/swagger';
import { type Actor } from '../../core/access/actor.js';
import { MethodRemoval } from '../../core/methods/method-removal.js';
import { MethodService } from '../../core/methods/method.service.js';
import { type JsonObject } from '../../contract/handler.js';
import { NoFields } from '../../contract/read-fields.js';
import { BodyPipe, type OpenBody, OpenBodyPipe, proofIn } from '../requests/body.pipes.js';
import {
  ApiProblems,
  BODY_PROBLEMS,
  FRESH_PROOF_PROBLEMS,
  SESSION_PROOF_PROBLEMS,
} from '../problems/api-problems.decorator.js';
import { AuthRoutes } from '../decorators/auth-routes.decorator.js';
import { RequireFreshProof, SignedIn } from '../decorators/signed-in.decorators.js';
import { RequestBody } from '../decorators/body.decorators.js';
import { AuthenticatorResponse } from '../dto/methods.responses.js';
import { LabelBody } from '../dto/methods.bodies.js';
import { OPERATIONS } from '../openapi/operations.js';
import { type HttpResponse, signalled } from './signalled.js';

/** Single authenticators of a method that holds several. */
@AuthRoutes('mfa/authenticators', 'Methods')
@RequireFreshProof()
export class AuthenticatorsController {
  constructor(
    private readonly methods: MethodService,
    private readonly removal: MethodRemoval,
  ) {}

  @Patch(':id')
  @ApiOperation({ operationId: OPERATIONS.renameAuthenticator, summary: 'Rename an authenticator' })
  @ApiParam({ name: 'id', format: 'uuid', description: 'As the list of methods names it.' })
  @ApiBody({ type: LabelBody })
  @ApiOkResponse({ type: AuthenticatorResponse })
  @ApiProblems(...FRESH_PROOF_PROBLEMS, ...BODY_PROBLEMS, 'not_found', 'method_exists')
  rename(
    @SignedIn() actor: Actor,
    @Param('id') id: string,
    @RequestBody(BodyPipe) { label }: LabelBody,
  ): Promise<JsonObject> {
    return this.methods.renameAuthenticator(actor, id, label);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    operationId: OPERATIONS.removeAuthenticator,
    summary: 'Remove an authenticator',
    description: 'With the last one goes the method, under the rules of `mfa/delete/`.',
  })
  @ApiParam({ name: 'id', format: 'uuid', description: 'As the list of methods names it.' })
  @ApiNoContentResponse({ description: 'The authenticator and its secret are gone.' })
  @ApiProblems(
    ...FRESH_PROOF_PROBLEMS,
    ...BODY_PROBLEMS,
    'not_found',
    'delete_active_forbidden',
    'delete_primary_forbidden',
    'delete_last_forbidden',
    ...SESSION_PROOF_PROBLEMS,
  )
  async remove(
    @SignedIn() actor: Actor,
    @Param('id') id: string,
    @RequestBody(new OpenBodyPipe(NoFields)) { rest }: OpenBody<NoFields>,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<JsonObject | undefined> {
    return signalled(await this.removal.authenticator(actor, id, proofIn(rest)), response);
  }
}
