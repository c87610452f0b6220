import { Controller, Get, Header } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { MfaError, rejectAfter } from '../../mfa/index.js';
import { DrainState } from '../shutdown/drain-state.js';

const DATABASE_TIMEOUT_MILLISECONDS = 2_000;

/** What a health check answers. */
interface Health {
  readonly status: 'ok';
}

/** Tells an orchestrator whether to restart this process, and whether to send it requests. */
@ApiTags('Health')
@Controller('health')
export class HealthController {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly drain: DrainState,
  ) {}

  /** Answers while the process does. A failure here is cured by a restart. */
  @Get('live')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'The process answers' })
  @ApiOkResponse({ schema: { example: { status: 'ok' } } })
  live(): Health {
    return { status: 'ok' };
  }

  /** Answers while the database does too, until the process drains. @throws {MfaError} `unavailable` */
  @Get('ready')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'The process and its database answer' })
  @ApiOkResponse({ schema: { example: { status: 'ok' } } })
  @ApiServiceUnavailableResponse({
    description: '`unavailable`: the database does not answer, or the process drains',
  })
  async ready(): Promise<Health> {
    if (this.drain.isDraining) throw new MfaError('unavailable');
    try {
      await rejectAfter(DATABASE_TIMEOUT_MILLISECONDS, this.dataSource.query('SELECT 1'));
    } catch (cause) {
      throw new MfaError('unavailable', {}, { cause });
    }
    return { status: 'ok' };
  }
}
