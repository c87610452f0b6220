import { Delete, Get, HttpCode, Param, ParseUUIDPipe } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import {
  type Actor,
  ApiProblems,
  AuthRoutes,
  EndsSessions,
  FRESH_PROOF_PROBLEMS,
  MfaAccounts,
  MfaError,
  readProofs,
  RequireFreshProof,
  SignedIn,
  RequireSignIn,
} from '../../mfa/index.js';
import { LiveSessions } from './live-sessions.js';
import { SessionResponse, sessionResponse } from './session.responses.js';
import { SessionEndings } from './session-endings.js';

/** Treats an id of any other form as one that does not exist. */
class SessionIdPipe extends ParseUUIDPipe {
  constructor() {
    super({ exceptionFactory: () => new MfaError('not_found') });
  }
}

/** The sessions of the signed-in person. */
@AuthRoutes('sessions', 'Sessions')
export class SessionsController {
  constructor(
    private readonly sessions: LiveSessions,
    private readonly accounts: MfaAccounts,
    private readonly endings: SessionEndings,
  ) {}

  @Get()
  @RequireSignIn()
  @ApiOperation({
    operationId: 'listSessions',
    summary: 'List the sessions that live, the one used last first',
    description: 'What is not in the list, as where its bound was lowered, ends with all others.',
  })
  @ApiOkResponse({ type: [SessionResponse] })
  @ApiProblems('not_authenticated', 'token_not_valid')
  async list(@SignedIn() { subjectId: userId, sessionId }: Actor): Promise<SessionResponse[]> {
    const sessions = await this.sessions.list(userId, sessionId);
    const standingOf = await this.accounts.assess(userId);
    return sessions.map((session) =>
      sessionResponse(session, standingOf(readProofs(session.proofs)), sessionId),
    );
  }

  @Delete()
  @EndsSessions(true)
  @RequireFreshProof()
  @HttpCode(204)
  @ApiOperation({ operationId: 'endOtherSessions', summary: 'End all other sessions' })
  @ApiNoContentResponse({ description: 'None but the present session lives.' })
  @ApiProblems(...FRESH_PROOF_PROBLEMS)
  async endOthers(@SignedIn() actor: Actor): Promise<void> {
    await this.endings.endOthers(actor);
  }

  @Delete(':id')
  @EndsSessions(true)
  @RequireFreshProof()
  @HttpCode(204)
  @ApiOperation({
    operationId: 'endSession',
    summary: 'End a session',
    description:
      'Its refresh token is dead, and our own routes refuse its access token. The present session may end itself.',
  })
  @ApiParam({ name: 'id', format: 'uuid', description: 'As the list of sessions names it.' })
  @ApiNoContentResponse({ description: 'The session has ended.' })
  @ApiProblems(...FRESH_PROOF_PROBLEMS, 'not_found')
  async end(@SignedIn() actor: Actor, @Param('id', SessionIdPipe) id: string): Promise<void> {
    await this.endings.end(actor, id);
  }
}
