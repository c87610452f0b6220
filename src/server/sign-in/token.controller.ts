import { Body, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import {
  ApiProblems,
  AuthRoutes,
  BODY_PROBLEMS,
  BodyPipe,
  clientOf,
  type HttpRequest,
} from '../../mfa/index.js';
import { CountedApart, RateLimitGuard } from '../rate-limit/rate-limit.guard.js';
import { LiveAccess } from '../sessions/live-access.js';
import {
  SessionTokensResponse,
  sessionTokensResponse,
} from '../sessions/session-tokens.response.js';
import { DetailResponse } from '../identity/auth.responses.js';
import { type FirstFactorRequest } from './first-factor.js';
import { RefreshBody, VerifyTokenBody } from './token.bodies.js';
import { SessionEndings } from '../sessions/session-endings.js';
import { SessionRenewal } from './session-renewal.js';

/** The tokens of a session. */
@AuthRoutes('', 'Sessions')
export class TokenController {
  constructor(
    private readonly renewal: SessionRenewal,
    private readonly endings: SessionEndings,
    private readonly liveAccess: LiveAccess,
  ) {}

  @Post('token/refresh')
  @UseGuards(RateLimitGuard)
  @CountedApart('renewal')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'refreshToken',
    summary: 'Renew a session',
    description:
      'Spends the refresh token. The one just before the present one gives the present one again for `REFRESH_GRACE_SECONDS`, to other tabs and after a lost answer; later it ends the session, and its owner is told. A first factor that no longer allows the session ends it, too.',
  })
  @ApiOkResponse({ type: SessionTokensResponse })
  @ApiProblems(...BODY_PROBLEMS, 'token_not_valid', 'rate_limited')
  async refresh(
    @Body(BodyPipe) { refresh }: RefreshBody,
    @Req() request: FirstFactorRequest,
  ): Promise<SessionTokensResponse> {
    return sessionTokensResponse(await this.renewal.renew(refresh, request));
  }

  @Post('token/verify')
  @UseGuards(RateLimitGuard)
  @CountedApart('renewal')
  @HttpCode(200)
  @ApiOperation({ operationId: 'verifyToken', summary: 'Check an access token' })
  @ApiOkResponse({ description: 'The token is good.', schema: { type: 'object', example: {} } })
  @ApiProblems(...BODY_PROBLEMS, 'token_not_valid', 'rate_limited')
  async verify(@Body(BodyPipe) { token }: VerifyTokenBody): Promise<object> {
    await this.liveAccess.verify(token);
    return {};
  }

  /** No limit applies: the end of a session must not wait for other users of the network. */
  @Post('logout')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'logout',
    summary: 'End a session',
    description:
      'Its refresh token is dead at once, and so is every open challenge of the account [ASVS 7.4.1]. Our own routes refuse its access token as well; elsewhere that lives out its five minutes.',
  })
  @ApiOkResponse({ type: DetailResponse })
  @ApiProblems(...BODY_PROBLEMS, 'token_not_valid')
  async logout(
    @Body(BodyPipe) { refresh }: RefreshBody,
    @Req() request: HttpRequest,
  ): Promise<DetailResponse> {
    await this.endings.logout(refresh, clientOf(request));
    return { detail: 'Successfully logged out.' };
  }
}
