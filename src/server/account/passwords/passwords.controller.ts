import { Body, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import {
  type Actor,
  ApiProblems,
  AuthRoutes,
  BODY_PROBLEMS,
  BodyPipe,
  clientOf,
  FRESH_PROOF_PROBLEMS,
  type HttpRequest,
  type JsonObject,
  RequireFreshProof,
  SignedIn,
} from '../../../mfa/index.js';
import { RateLimitGuard } from '../../rate-limit/rate-limit.guard.js';
import { DetailResponse } from '../../identity/auth.responses.js';
import { SecondFactorResponse, SignedInResponse } from '../../sessions/login.responses.js';
import { LOGIN_RESPONSE_SCHEMA } from '../../sign-in/login-document.js';
import {
  PasswordChangeBody,
  PasswordResetBody,
  PasswordResetConfirmBody,
} from './password.bodies.js';
import { loginAnswer } from '../../sessions/login-answer.js';
import { PasswordChange } from './password-change.js';
import { PasswordReset } from './password-reset.js';

/** Changes and resets of passwords. */
@AuthRoutes('password', 'Sessions')
export class PasswordsController {
  constructor(
    private readonly passwordChange: PasswordChange,
    private readonly passwordReset: PasswordReset,
  ) {}

  @Post('change')
  @HttpCode(200)
  @RequireFreshProof()
  @ApiOperation({
    operationId: 'changePassword',
    summary: 'Change the password',
    description: 'The present session goes on; all others end, and so does every open challenge.',
  })
  @ApiOkResponse({ type: DetailResponse })
  @ApiProblems(...FRESH_PROOF_PROBLEMS, ...BODY_PROBLEMS, 'invalid_credentials', 'session_locked')
  async change(
    @SignedIn() actor: Actor,
    @Body(BodyPipe) { old_password, new_password }: PasswordChangeBody,
  ): Promise<DetailResponse> {
    const pair = { oldPassword: old_password, newPassword: new_password };
    await this.passwordChange.change(actor, pair);
    return { detail: 'New password has been saved.' };
  }

  @Post('reset')
  @HttpCode(200)
  @UseGuards(RateLimitGuard)
  @ApiOperation({
    operationId: 'requestPasswordReset',
    summary: 'Ask for a new password',
    description: 'Mails a link that works once. The answer is the same for every address.',
  })
  @ApiOkResponse({ type: DetailResponse })
  @ApiProblems(...BODY_PROBLEMS, 'rate_limited')
  async request(
    @Body(BodyPipe) { email }: PasswordResetBody,
    @Req() request: HttpRequest,
  ): Promise<DetailResponse> {
    await this.passwordReset.request(email, clientOf(request));
    return { detail: 'Password reset e-mail has been sent.' };
  }

  @Post('reset/confirm')
  @HttpCode(200)
  @UseGuards(RateLimitGuard)
  @ApiOperation({
    operationId: 'confirmPasswordReset',
    summary: 'Choose a new password',
    description:
      'Spends the token of the mail and ends all sessions. Goes on as `login/` does: with an active second factor it asks for that. After "this was not me" has left no second factor, it needs the former password too: five wrong ones spend the token, and after ten in an hour over all tokens no other is judged.',
  })
  @ApiExtraModels(SignedInResponse, SecondFactorResponse)
  @ApiOkResponse({
    description: 'Signed in, or asked for a second factor.',
    schema: LOGIN_RESPONSE_SCHEMA,
  })
  @ApiProblems(...BODY_PROBLEMS, 'invalid_token', 'invalid_credentials', 'rate_limited')
  async confirm(
    @Body(BodyPipe) { token, new_password, old_password }: PasswordResetConfirmBody,
    @Req() request: HttpRequest,
  ): Promise<JsonObject> {
    const asked = { newPassword: new_password, oldPassword: old_password };
    const client = clientOf(request);
    return loginAnswer(await this.passwordReset.confirm(token, { ...asked, client }));
  }
}
