import { Body, Post, Req, UseGuards } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation } from '@nestjs/swagger';
import {
  ApiProblems,
  AuthRoutes,
  BODY_PROBLEMS,
  BodyPipe,
  clientOf,
  type HttpRequest,
  MfaError,
} from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { acceptedLanguage } from '../texts/languages.js';
import { RateLimitGuard } from '../rate-limit/rate-limit.guard.js';
import { userResponse } from '../identity/user.response.js';
import { UsersService } from '../identity/users.service.js';
import { RegistrationResponse } from '../identity/auth.responses.js';
import { RegistrationBody } from './registration.body.js';
import { EmailVerification } from './email/email-verification.js';

/** New accounts, if registration is open. */
@AuthRoutes('', 'Sign-in')
export class RegistrationController {
  constructor(
    private readonly users: UsersService,
    private readonly verification: EmailVerification,
    private readonly config: ServerConfig,
  ) {}

  @Post('registration')
  @UseGuards(RateLimitGuard)
  @ApiOperation({ operationId: 'register', summary: 'Open an account' })
  @ApiCreatedResponse({ type: RegistrationResponse })
  @ApiProblems(...BODY_PROBLEMS, 'forbidden', 'rate_limited')
  async register(
    @Body(BodyPipe) body: RegistrationBody,
    @Req() request: HttpRequest,
  ): Promise<RegistrationResponse> {
    if (!this.config.registrationIsOpen) {
      throw new MfaError('forbidden', { detail: 'Registration is closed.' });
    }
    const language = acceptedLanguage(request.headers);
    const client = clientOf(request);
    const user =
      this.config.emailVerification === 'off'
        ? await this.users.register(body, language, client.ip)
        : await this.verification.register(body, language, client);
    return { user: userResponse(user) };
  }
}
