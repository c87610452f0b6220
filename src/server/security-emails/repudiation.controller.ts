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
import { RateLimitGuard } from '../rate-limit/rate-limit.guard.js';
import { RepudiationBody } from './repudiation.body.js';
import { RepudiationResponse, repudiationResponse } from './repudiation.response.js';
import { RepudiationService } from './repudiation.service.js';

/** "This was not me". */
@AuthRoutes('', 'Sessions')
export class RepudiationController {
  constructor(private readonly repudiation: RepudiationService) {}

  @Post('repudiate')
  @HttpCode(200)
  @UseGuards(RateLimitGuard)
  @ApiOperation({
    operationId: 'repudiateChange',
    summary: 'Say that a change was not yours',
    description:
      'Takes the token of a link that was mailed about the change, once. All sessions end; the change, and what the same session has changed since, is undone where it can be; and the password signs nobody in until it is reset.',
  })
  @ApiOkResponse({ type: RepudiationResponse })
  @ApiProblems(...BODY_PROBLEMS, 'invalid_token', 'rate_limited')
  async repudiate(
    @Body(BodyPipe) { token }: RepudiationBody,
    @Req() request: HttpRequest,
  ): Promise<RepudiationResponse> {
    return repudiationResponse(await this.repudiation.repudiate(token, clientOf(request)));
  }
}
