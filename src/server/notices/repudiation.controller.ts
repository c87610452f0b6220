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
import { DetailResponse } from '../auth/dto/auth.responses.js';
import { RateLimitGuard } from '../rate-limit/rate-limit.guard.js';
import { RepudiationBody } from './repudiation.body.js';
import { RepudiationService } from './repudiation.service.js';

/** "This was not me". */
@AuthRoutes('', 'Sessions')
export class RepudiationController {
  constructor(private readonly repudiation: RepudiationService) {}

  @Post('repudiate')
  @HttpCode(200)
  @UseGuards(RateLimitGuard)
  @ApiOperation({
    summary: 'Say that a change was not yours',
    description:
      'Takes the token of a link that was mailed about the change, once. All sessions end, the change is undone where it can be, and the password signs nobody in until it is reset.',
  })
  @ApiOkResponse({ type: DetailResponse })
  @ApiProblems(...BODY_PROBLEMS, 'invalid_token', 'rate_limited')
  async repudiate(
    @Body(BodyPipe) { token }: RepudiationBody,
    @Req() request: HttpRequest,
  ): Promise<DetailResponse> {
    await this.repudiation.repudiate(token, clientOf(request));
    return { detail: 'Your account is secured. A mail tells you what to do next.' };
  }
}
