import { Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import {
  type Actor,
  ApiProblems,
  AuthRoutes,
  BodyPipe,
  SecurityLog,
  SignedIn,
  RequireSignIn,
} from '../../mfa/index.js';
import { LoginFailureLog } from '../sign-in/login-failure-log.js';
import { SecurityLogQuery, SecurityLogResponse, securityLogResponse } from './security-log.js';

const DEFAULT_LIMIT = 20;

/** The security log of the signed-in person. */
@AuthRoutes('user/security-log', 'Sessions')
@RequireSignIn()
export class SecurityLogController {
  constructor(
    private readonly log: SecurityLog,
    private readonly failures: LoginFailureLog,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'listSecurityEvents',
    summary: 'What has happened to the account',
    description:
      'Sign-ins, failures, locks, codes that were sent, changes; newest first. Sign-ins that were refused before a first factor was proven have one line for each network and hour.',
  })
  @ApiOkResponse({ type: SecurityLogResponse })
  @ApiProblems('not_authenticated', 'token_not_valid', 'validation_failed')
  async show(
    @SignedIn() { subjectId: userId }: Actor,
    @Query(BodyPipe) { cursor, limit, failed_logins: failures }: SecurityLogQuery,
  ): Promise<SecurityLogResponse> {
    const page = await this.log.page(userId, {
      ...(cursor !== undefined && { before: Number(cursor) }),
      ...(failures === 'false' && { without: ['login_failed'] }),
      limit: Number(limit ?? DEFAULT_LIMIT),
    });
    const lines = page.events.filter(({ type }) => type === 'login_failed').map(({ seq }) => seq);
    return securityLogResponse(page, await this.failures.timesOf(userId, lines));
  }
}
