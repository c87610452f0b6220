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
  type HttpRequest,
  SignedIn,
  RequireSignIn,
  CodeProof,
} from '../../../mfa/index.js';
import { type EmailVerificationMode } from '../../config/settings/email-verifications.js';
import { RateLimitGuard } from '../../rate-limit/rate-limit.guard.js';
import { DetailResponse } from '../../identity/auth.responses.js';
import { EmailVerification } from './email-verification.js';

/** What the page behind a mailed link posts. */
class EmailLinkBody {
  @ApiProperty({ description: 'What stands behind the # of the link.', example: 'eyJ…' })
  @IsString()
  @IsNotEmpty()
  token!: string;
}

/** The code of a mail. */
class EmailCodeBody extends CodeProof {}

const CONFIRMED = { detail: 'The e-mail address is verified.' };

/** Mails that confirm an address. */
@AuthRoutes('email', 'Sign-in')
@RequireSignIn()
class EmailController {
  constructor(private readonly verification: EmailVerification) {}

  @Post('verification')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'requestEmailVerification',
    summary: 'Have the address of the account confirmed',
    description:
      'Mails another link or code, as the first one after a registration. Until it is confirmed nothing else is mailed to the address. Does nothing where it is confirmed.',
  })
  @ApiOkResponse({ type: DetailResponse })
  @ApiProblems(
    'not_authenticated',
    'token_not_valid',
    'validation_failed',
    'send_too_soon',
    'send_limit',
  )
  async request(@SignedIn() actor: Actor): Promise<DetailResponse> {
    const isSent = await this.verification.request(actor);
    return isSent ? { detail: 'Verification e-mail has been sent.' } : CONFIRMED;
  }
}

/** Links that confirm an address. */
@AuthRoutes('email', 'Sign-in')
class EmailLinkController {
  constructor(private readonly verification: EmailVerification) {}

  @Post('verify')
  @HttpCode(200)
  @UseGuards(RateLimitGuard)
  @ApiOperation({
    operationId: 'confirmEmailByLink',
    summary: 'Confirm an address by the link that was mailed',
    description: 'Takes the token of the link, once. It confirms the address that it was sent to.',
  })
  @ApiOkResponse({ type: DetailResponse })
  @ApiProblems(...BODY_PROBLEMS, 'invalid_token', 'rate_limited')
  async confirm(
    @Body(BodyPipe) { token }: EmailLinkBody,
    @Req() request: HttpRequest,
  ): Promise<DetailResponse> {
    await this.verification.confirmByLink(token, clientOf(request));
    return CONFIRMED;
  }
}

/** Codes that confirm an address. */
@AuthRoutes('email', 'Sign-in')
@RequireSignIn()
class EmailCodeController {
  constructor(private readonly verification: EmailVerification) {}

  @Post('verify')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'confirmEmailByCode',
    summary: 'Confirm the address by the code that was mailed',
    description:
      'The newest code counts, for 10 minutes. Wrong ones cost the session, as wrong proofs do.',
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
    @Body(BodyPipe) { code }: EmailCodeBody,
  ): Promise<DetailResponse> {
    await this.verification.confirmByCode(code, actor);
    return CONFIRMED;
  }
}

/** The routes for each mode of e-mail verification. */
export const EMAIL_CONTROLLERS: Readonly<Record<EmailVerificationMode, Type[]>> = {
  off: [],
  link: [EmailController, EmailLinkController],
  code: [EmailController, EmailCodeController],
};
