import { HttpCode, Post, Res, UseGuards } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { type Principal } from '../../core/access/actor.js';
import { type EphemeralClaims } from '../../core/keys/ephemeral-token.js';
import { type JsonObject } from '../../contract/handler.js';
import { type ClientInfo } from '../../core/ports/mfa-passed.js';
import { StepUpService } from '../../core/login/step-up.service.js';
import { BodyPipe, type OpenBody, OpenBodyPipe } from '../requests/body.pipes.js';
import {
  ACCESS_PROBLEMS,
  ApiProblems,
  BODY_PROBLEMS,
  SESSION_PROOF_PROBLEMS,
} from '../problems/api-problems.decorator.js';
import { AuthRoutes } from '../decorators/auth-routes.decorator.js';
import { Client, Ephemeral, RequestBody } from '../decorators/body.decorators.js';
import { SignedInAs, RequireSignIn } from '../decorators/signed-in.decorators.js';
import { EphemeralTokenBody } from '../dto/login.bodies.js';
import { StepUpResponse } from '../dto/step-up.responses.js';
import { StepUpBody } from '../dto/step-up.bodies.js';
import { StepUpTokenGuard } from '../guards/ephemeral-token.guard.js';
import { IssuedResponses } from './issued-responses.js';
import { OPERATIONS } from '../openapi/operations.js';

/** Fresh proofs of the signed-in subject [RFC 9470]. */
@AuthRoutes('step-up', 'Step-up')
export class StepUpController {
  constructor(
    private readonly stepUp: StepUpService,
    private readonly answers: IssuedResponses,
  ) {}

  @Post()
  @HttpCode(200)
  @RequireSignIn()
  @ApiOperation({
    operationId: OPERATIONS.beginStepUp,
    summary: 'Ask for a fresh proof',
    description:
      'Where an answer was `fresh_proof_required`. The code of a method that sends one is then on its way; asking again sends another.',
  })
  @ApiBody({ type: StepUpBody, required: false })
  @ApiOkResponse({ type: StepUpResponse })
  @ApiProblems(
    ...ACCESS_PROBLEMS,
    ...BODY_PROBLEMS,
    'method_unknown',
    'method_not_found',
    'forbidden',
  )
  async begin(
    @SignedInAs() principal: Principal,
    @RequestBody(BodyPipe) { method }: StepUpBody,
    @Client() client: ClientInfo,
  ): Promise<StepUpResponse> {
    return new StepUpResponse(await this.stepUp.begin(principal, method, client));
  }

  @Post('verify')
  @HttpCode(200)
  @UseGuards(StepUpTokenGuard)
  @ApiOperation({
    operationId: OPERATIONS.verifyStepUp,
    summary: 'Give the proof and receive an access token that says so',
    description:
      "`code` is the method's code or a backup code; `password` is asked for where no method is active. The access token from before is worth nothing any more.",
  })
  @ApiBody({ type: EphemeralTokenBody })
  @ApiOkResponse({ description: "The host's access token." })
  @ApiProblems(...BODY_PROBLEMS, 'invalid_token', 'method_not_found', ...SESSION_PROOF_PROBLEMS)
  async verify(
    @Ephemeral() claims: EphemeralClaims,
    @RequestBody(new OpenBodyPipe(EphemeralTokenBody)) { rest }: OpenBody<EphemeralTokenBody>,
    @Client() client: ClientInfo,
    @Res({ passthrough: true }) response: object,
  ): Promise<JsonObject> {
    return this.answers.write(await this.stepUp.verify(claims, rest, client), response);
  }
}
