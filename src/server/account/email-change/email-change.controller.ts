import { Body, HttpCode, Post, Req, type Type, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString } from 'class-validator';
import {
  type Actor,
  ApiProblems,
  AuthRoutes,
  BODY_PROBLEMS,
  BodyPipe,
  clientOf,
  CodeProof,
  FRESH_PROOF_PROBLEMS,
  type HttpRequest,
  IsPlainEmailAddress,
  RequireFreshProof,
  RequireSignIn,
  SignedIn,
  Trimmed,
} from '../../../mfa/index.js';
import { type EmailVerificationMode } from '../../config/settings/email-verifications.js';
import { DetailResponse } from '../../identity/auth.responses.js';
import { LONGEST_EMAIL } from '../../identity/user.entity.js';
import { RateLimitGuard } from '../../rate-limit/rate-limit.guard.js';
import { EmailChange } from './email-change.js';

/** The new address. */
class EmailChangeBody {
  @ApiProperty({ format: 'email', maxLength: LONGEST_EMAIL, example: 'alice@example.net' })
  @Trimmed()
  @IsString()
  @IsPlainEmailAddress()
  email!: string;
}

/** What the page behind a mailed link posts. */
class EmailChangeLinkBody {
  @ApiProperty({ description: 'What stands behind the # of the link.', example: 'eyJ…' })
  @IsString()
  @IsNotEmpty()
  token!: string;
}

/** The code of a mail. */
class EmailChangeCodeBody extends CodeProof {}

const CHANGED = { detail: 'The e-mail address has been changed.' };

/** New addresses of accounts. */
@AuthRoutes('email', 'Sessions')
class EmailChangeController {
  constructor(private readonly change: EmailChange) {}

  @Post('change')
  @HttpCode(200)
  @RequireFreshProof()
  @ApiOperation({
    operationId: 'requestEmailChange',
    summary: 'Give the account another address',
    description:
      'Mails a link or a code to the new address, in the place of any mail before. The account keeps its address until the new one is confirmed, by the session that asks now. The answer is the same for an address that another account has.',
  })
  @ApiOkResponse({ type: DetailResponse })
  @ApiProblems(
    ...FRESH_PROOF_PROBLEMS,
    ...BODY_PROBLEMS,
    'forbidden',
    'send_too_soon',
    'send_limit',
  )
  async request(
    @SignedIn() actor: Actor,
    @Body(BodyPipe) { email }: EmailChangeBody,
  ): Promise<DetailResponse> {
    await this.change.request(actor, email);
    return { detail: 'Verification e-mail has been sent.' };
  }
}

/** Links that change an address. */
@AuthRoutes('email', 'Sessions')
class EmailChangeLinkController {
  constructor(private readonly change: EmailChange) {}

  @Post('change/confirm')
  @HttpCode(200)
  @UseGuards(RateLimitGuard)
  @ApiOperation({
    operationId: 'confirmEmailChangeByLink',
    summary: 'Change the address by the link that was mailed to the new one',
    description:
      'Takes the token of the link, once, while the session that asked for it lives. The old address is told, and links to reset the password that went there end.',
  })
  @ApiOkResponse({ type: DetailResponse })
  @ApiProblems(...BODY_PROBLEMS, 'invalid_token', 'rate_limited')
  async confirm(
    @Body(BodyPipe) { token }: EmailChangeLinkBody,
    @Req() request: HttpRequest,
  ): Promise<DetailResponse> {
    await this.change.confirmByLink(token, clientOf(request));
    return CHANGED;
  }
}

/** Codes that change an address. */
@AuthRoutes('email', 'Sessions')
@RequireSignIn()
class EmailChangeCodeController {
  constructor(private readonly change: EmailChange) {}

  @Post('change/confirm')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'confirmEmailChangeByCode',
    summary: 'Change the address by the code that was mailed to the new one',
    description:
      'In the session that asked for it, within 10 minutes. Wrong codes cost the session, as wrong proofs do. The old address is told, and links to reset the password that went there end.',
  })
  @ApiOkResponse({ type: DetailResponse })
  @ApiProblems(
    ...BODY_PROBLEMS,
    'not_authenticated',
    'token_not_valid',
    'invalid_code',
    'session_locked',
    'attempts_exhausted',
  )
  async confirm(
    @SignedIn() actor: Actor,
    @Body(BodyPipe) { code }: EmailChangeCodeBody,
  ): Promise<DetailResponse> {
    await this.change.confirmByCode(code, actor);
    return CHANGED;
  }
}

/** The routes for each mode of e-mail verification. Without it nobody could prove a new address, so there is none. */
export const EMAIL_CHANGE_CONTROLLERS: Readonly<Record<EmailVerificationMode, Type[]>> = {
  off: [],
  link: [EmailChangeController, EmailChangeLinkController],
  code: [EmailChangeController, EmailChangeCodeController],
};
