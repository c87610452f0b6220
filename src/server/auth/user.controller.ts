import { Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import {
  type Actor,
  ApiProblems,
  AuthRoutes,
  MfaError,
  SignedIn,
  SignedInRoutes,
} from '../../mfa/index.js';
import { UserResponse, userResponse } from '../users/user.response.js';
import { UsersService } from '../users/users.service.js';

/** Who is signed in. */
@AuthRoutes('user', 'Sessions')
@SignedInRoutes()
export class UserController {
  constructor(private readonly users: UsersService) {}

  @Get()
  @ApiOperation({ summary: 'The user of the access token' })
  @ApiOkResponse({ type: UserResponse })
  @ApiProblems('not_authenticated', 'token_not_valid')
  async show(@SignedIn() { subjectId }: Actor): Promise<UserResponse> {
    const user = await this.users.findById(subjectId);
    // Gone or disabled since the token was read.
    if (user?.isEnabled !== true) throw new MfaError('token_not_valid');
    return userResponse(user);
  }
}
