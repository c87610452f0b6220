import { Body, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString } from 'class-validator';
import {
  ApiProblems,
  AuthRoutes,
  BODY_PROBLEMS,
  BodyPipe,
  clientOf,
  type HttpRequest,
} from '../../mfa/index.js';
import { RateLimitGuard } from '../rate-limit/rate-limit.guard.js';
import { ReversalResponse, reversalResponse } from './reversal.response.js';
import { ReversalService } from './reversal.service.js';
import { LONGEST_NOT_ME_TOKEN } from './reversal-links.js';

/** What the page behind a "this was not me" link posts. A token that is too long fails like any bad token. */
class ReversalBody {
  @ApiProperty({
    description: 'What stands behind the # of the link.',
    maxLength: LONGEST_NOT_ME_TOKEN,
  })
  @IsString()
  @IsNotEmpty()
  token!: string;
}

/** "This was not me". */
@AuthRoutes('', 'Sessions')
export class ReversalController {
  constructor(private readonly reversal: ReversalService) {}

  @Post('repudiate')
  @HttpCode(200)
  @UseGuards(RateLimitGuard)
  @ApiOperation({
    operationId: 'repudiateChange',
    summary: 'Say that a change was not yours',
    description:
      'Takes the token of a link that was mailed about the change, once. All sessions end; the change, and what the same session has changed since, is undone where it can be; and the password signs nobody in until it is reset.',
  })
  @ApiOkResponse({ type: ReversalResponse })
  @ApiProblems(...BODY_PROBLEMS, 'invalid_token', 'rate_limited')
  async reverse(
    @Body(BodyPipe) { token }: ReversalBody,
    @Req() request: HttpRequest,
  ): Promise<ReversalResponse> {
    return reversalResponse(await this.reversal.reverse(token, clientOf(request)));
  }
}
