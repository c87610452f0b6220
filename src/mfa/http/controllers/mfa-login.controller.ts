import { HttpCode, Post, Res, UseGuards } from '@nestjs/common';
import { ApiBody, ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { type EphemeralClaims } from '../../core/keys/ephemeral-token.js';
import { type JsonObject } from '../../contract/handler.js';
import { LoginService } from '../../core/login/login.service.js';
import { type ClientInfo } from '../../core/ports/mfa-passed.js';
import { BodyPipe, type OpenBody, OpenBodyPipe } from '../requests/body.pipes.js';
import {
  ApiProblems,
  BODY_PROBLEMS,
  LOGIN_PROOF_PROBLEMS,
  SENDING_PROBLEMS,
} from '../problems/api-problems.decorator.js';
import { AuthRoutes } from '../decorators/auth-routes.decorator.js';
import { Client, Ephemeral, RequestBody } from '../decorators/body.decorators.js';
import { ChangeMethodResponse, ResendResponse } from '../dto/login.responses.js';
import { ChangeMethodBody, EphemeralTokenBody } from '../dto/login.bodies.js';
import { EphemeralTokenGuard } from '../guards/ephemeral-token.guard.js';
import { RememberDevice } from '../requests/remember-device.js';
import { IssuedResponses } from './issued-responses.js';
import { OPERATIONS } from '../openapi/operations.js';

/** The steps of a login after its first factor. */
@AuthRoutes('login', 'Sign-in')
@UseGuards(EphemeralTokenGuard)
export class MfaLoginController {
  constructor(
    private readonly login: LoginService,
    private readonly answers: IssuedResponses,
    private readonly remembering: RememberDevice,
  ) {}

  @Post('verify')
  @HttpCode(200)
  @ApiOperation({
    operationId: OPERATIONS.verifyLogin,
    summary: 'Give the second factor and receive the tokens',
    description:
      "`code` is the method's code or a backup code. Where devices are remembered, `remember_device: true` asks for the token that leaves this step out of later logins.",
  })
  @ApiBody({ type: EphemeralTokenBody })
  @ApiOkResponse({ description: "The host's tokens." })
  @ApiProblems(...BODY_PROBLEMS, 'invalid_token', 'method_not_found', ...LOGIN_PROOF_PROBLEMS)
  async verify(
    @Ephemeral() claims: EphemeralClaims,
    @RequestBody(new OpenBodyPipe(EphemeralTokenBody)) { rest }: OpenBody<EphemeralTokenBody>,
    @Client() client: ClientInfo,
    @Res({ passthrough: true }) response: object,
  ): Promise<JsonObject> {
    const { proof, remembersDevice } = this.remembering.takeFrom(rest);
    const issued = await this.login.verify(claims, proof, client, remembersDevice);
    return this.answers.write(issued, response);
  }

  @Post('change-method')
  @HttpCode(200)
  @ApiOperation({
    operationId: OPERATIONS.changeMethod,
    summary: 'Go on with another active method; its code is sent',
  })
  @ApiBody({ type: ChangeMethodBody })
  @ApiOkResponse({ type: ChangeMethodResponse })
  @ApiProblems(
    ...BODY_PROBLEMS,
    'invalid_token',
    'method_unknown',
    'method_unchanged',
    'method_not_found',
    ...SENDING_PROBLEMS,
  )
  async changeMethod(
    @Ephemeral() claims: EphemeralClaims,
    @RequestBody(BodyPipe) body: ChangeMethodBody,
    @Client() client: ClientInfo,
  ): Promise<ChangeMethodResponse> {
    const { method, challenge } = await this.login.changeMethod(claims, body.new_method, client);
    return { ephemeral_token: body.ephemeral_token, method, new_method: method, challenge };
  }

  @Post('resend')
  @HttpCode(200)
  @ApiOperation({
    operationId: OPERATIONS.resendCode,
    summary: 'Send a new code; the old one is void',
  })
  @ApiBody({ type: EphemeralTokenBody })
  @ApiOkResponse({ type: ResendResponse })
  @ApiProblems(
    ...BODY_PROBLEMS,
    'invalid_token',
    'method_not_found',
    'dispatch_not_supported',
    ...SENDING_PROBLEMS,
  )
  async resend(
    @Ephemeral() claims: EphemeralClaims,
    @RequestBody(BodyPipe) { ephemeral_token }: EphemeralTokenBody,
    @Client() client: ClientInfo,
  ): Promise<ResendResponse> {
    await this.login.resend(claims, client);
    return { ephemeral_token };
  }

  @Post('cancel')
  @HttpCode(204)
  @ApiOperation({ operationId: OPERATIONS.cancelLogin, summary: 'Give the login up' })
  @ApiBody({ type: EphemeralTokenBody })
  @ApiNoContentResponse({ description: 'The ephemeral token is worth nothing any more.' })
  @ApiProblems(...BODY_PROBLEMS, 'invalid_token')
  cancel(
    @Ephemeral() claims: EphemeralClaims,
    @RequestBody(BodyPipe) _body: EphemeralTokenBody,
    @Client() client: ClientInfo,
  ): Promise<void> {
    return this.login.cancel(claims, client);
  }
}
