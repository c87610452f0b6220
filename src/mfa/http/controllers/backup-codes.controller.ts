import { Get, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { type Actor } from '../../core/access/actor.js';
import { BackupCodeService } from '../../core/methods/backup-code.service.js';
import { CodeProof } from '../../contract/code-proof.js';
import { NoFields } from '../../contract/read-fields.js';
import {
  ACCESS_PROBLEMS,
  ApiProblems,
  BODY_PROBLEMS,
  FRESH_PROOF_PROBLEMS,
  SESSION_PROOF_PROBLEMS,
} from '../problems/api-problems.decorator.js';
import { AuthRoutes } from '../decorators/auth-routes.decorator.js';
import { RequireFreshProof, RequireSignIn, SignedIn } from '../decorators/signed-in.decorators.js';
import { RequestBody } from '../decorators/body.decorators.js';
import { BackupCodeCountResponse, BackupCodesResponse } from '../dto/backup-codes.responses.js';
import { type OpenBody, OpenBodyPipe } from '../requests/body.pipes.js';
import { OPERATIONS } from '../openapi/operations.js';

/** The backup codes of the signed-in subject. */
@AuthRoutes('mfa/backup-codes', 'Backup codes')
export class BackupCodesController {
  constructor(private readonly backupCodes: BackupCodeService) {}

  @Get()
  @RequireSignIn()
  @ApiOperation({ operationId: OPERATIONS.countBackupCodes, summary: 'Count the codes left' })
  @ApiOkResponse({ type: BackupCodeCountResponse })
  @ApiProblems(...ACCESS_PROBLEMS)
  async count(@SignedIn() actor: Actor): Promise<BackupCodeCountResponse> {
    return new BackupCodeCountResponse(await this.backupCodes.count(actor));
  }

  @Post()
  @RequireFreshProof()
  @HttpCode(200)
  @ApiOperation({
    operationId: OPERATIONS.regenerateBackupCodes,
    summary: 'Replace the codes, for a proof of an active method',
  })
  @ApiBody({ type: CodeProof })
  @ApiOkResponse({ type: BackupCodesResponse })
  @ApiProblems(
    ...FRESH_PROOF_PROBLEMS,
    ...BODY_PROBLEMS,
    'method_not_found',
    ...SESSION_PROOF_PROBLEMS,
  )
  async regenerate(
    @SignedIn() actor: Actor,
    @RequestBody(new OpenBodyPipe(NoFields)) { rest }: OpenBody<NoFields>,
  ): Promise<BackupCodesResponse> {
    return { backup_codes: await this.backupCodes.regenerate(actor, rest) };
  }
}
