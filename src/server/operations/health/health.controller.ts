import { Controller, Get, Header } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import { ApiProblems } from '../../../mfa/index.js';
import { LivenessResponse, ReadinessResponse } from './health.responses.js';
import { Readiness } from './readiness.js';

const DEGRADED = {
  status: 'degraded',
  details: { database: { status: 'up' }, smtp: { status: 'degraded' } },
};

/** Tells an orchestrator whether to restart this process, and whether to send it requests. */
@ApiTags('Health')
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** Answers while the process works. A restart cures a failure here. */
  @Get('live')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'showLiveness', summary: 'The process answers' })
  @ApiOkResponse({ type: LivenessResponse })
  live(): LivenessResponse {
    return { status: 'ok' };
  }

  /** Answers while the database accepts changes, until the process drains. @throws {MfaError} `unavailable` */
  @Get('ready')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'showReadiness',
    summary: 'The process answers, its database takes changes, and it may be sent requests',
    description:
      '`degraded`: requests are answered, but Redis takes no counts or the mail server is away. `unavailable`: the database does not answer or only reads, or the process drains.',
  })
  @ApiExtraModels(ReadinessResponse)
  @ApiOkResponse({
    description: 'Ready.',
    content: {
      'application/json': {
        schema: { $ref: getSchemaPath(ReadinessResponse) },
        examples: { ok: { value: { status: 'ok' } }, degraded: { value: DEGRADED } },
      },
    },
  })
  @ApiProblems('unavailable')
  ready(): Promise<ReadinessResponse> {
    return this.readiness.check();
  }
}
