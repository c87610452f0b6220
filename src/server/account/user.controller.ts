import { Get, Req, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ApiProblems, AuthRoutes, BEARER_SCHEME, MfaError } from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { type AccessFacts } from '../sessions/access-tokens.js';
import { UserResponse, userResponse } from '../identity/user.response.js';
import { UsersService } from '../identity/users.service.js';
import { AccessTokenGuard } from '../sessions/access-token.guard.js';
import { EmailChangeRows } from './email-change/email-change-rows.js';

/** The signed-in user. */
@AuthRoutes('', 'Sessions')
@ApiBearerAuth(BEARER_SCHEME)
export class UserController {
  constructor(
    private readonly users: UsersService,
    private readonly changes: EmailChangeRows,
    private readonly config: ServerConfig,
  ) {}

  @Get('user')
  @UseGuards(AccessTokenGuard)
  @ApiOperation({ operationId: 'showUser', summary: 'The user of the access token' })
  @ApiOkResponse({ type: UserResponse })
  @ApiProblems('not_authenticated', 'token_not_valid')
  async show(@Req() request: { readonly user: AccessFacts }): Promise<UserResponse> {
    const user = await this.users.findById(request.user.userId);
    if (user?.isEnabled !== true) throw new MfaError('token_not_valid');
    if (this.config.emailVerification === 'off') return userResponse(user);
    const pending = await this.changes.findOpen(user.id);
    return userResponse(user, pending?.address ?? null);
  }
}
