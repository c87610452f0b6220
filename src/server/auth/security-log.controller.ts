import { Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import {
  type Actor,
  ApiProblems,
  AuthRoutes,
  BodyPipe,
  SecurityLog,
  SignedIn,
  SignedInRoutes,
} from '../../mfa/index.js';
import { SecurityLogQuery, SecurityLogResponse, securityLogResponse } from './dto/security-log.js';

const DEFAULT_LIMIT = 20;

/** What has happened to the account of whoever is signed in. */
@AuthRoutes('user/security-log', 'Sessions')
@SignedInRoutes()
export class SecurityLogController {
  constructor(private readonly log: SecurityLog) {}

  @Get()
  @ApiOperation({
    operationId: 'listSecurityEvents',
    summary: 'What has happened to the account',
    description: 'Sign-ins, failures, locks, codes that were sent, changes; newest first.',
  })
  @ApiOkResponse({ type: SecurityLogResponse })
  @ApiProblems('not_authenticated', 'token_not_valid', 'validation_failed')
  async show(
    @SignedIn() { subjectId }: Actor,
    @Query(BodyPipe) { cursor, limit }: SecurityLogQuery,
  ): Promise<SecurityLogResponse> {
    const page = await this.log.page(subjectId, {
      ...(cursor !== undefined && { before: Number(cursor) }),
      limit: Number(limit ?? DEFAULT_LIMIT),
    });
    return securityLogResponse(page);
  }
}
