import { Injectable } from '@nestjs/common';
import {
  HealthCheckService,
  type HealthIndicatorResult,
  HealthIndicatorService,
} from '@nestjs/terminus';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { MfaError, rejectAfter } from '../../mfa/index.js';
import { Mailer } from '../mail/mailer.js';
import { RedisConnection } from '../redis/redis-connection.js';
import { DrainState } from '../shutdown/drain-state.js';
import { type ReadinessResponse } from './health.responses.js';

const DATABASE_TIMEOUT_MILLISECONDS = 2_000;
/** What the server can do without must not make the probe slow. */
const HELPER_TIMEOUT_MILLISECONDS = 1_000;
/** To look for a mail server is a connection and a sign-in: not with every probe. */
const MAIL_CACHE_MILLISECONDS = 15_000;
/** A ping costs nothing. */
const NO_CACHE = 0;

/**
 * Looks at what the server needs. Without its database it can do nothing. Without a helper it goes
 * on: limits are counted in memory, notices wait in the outbox, and who cannot be sent a code has
 * other factors. The helper would be as far away from every other server, and to take all of them
 * away is the greater outage.
 */
@Injectable()
export class Readiness {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly mailer: Mailer,
    private readonly redis: RedisConnection,
    private readonly drain: DrainState,
  ) {}

  /** @throws {MfaError} `unavailable` when the database does not answer, or the process drains */
  async check(): Promise<ReadinessResponse> {
    if (this.drain.isDraining) throw new MfaError('unavailable');
    const { status, details } = await this.health.check([
      () => this.lookAtDatabase(),
      ...this.lookAtRedis(),
      ...this.lookAtMailServer(),
    ]);
    return status === 'degraded' ? { status, details: statusesOf(details) } : { status: 'ok' };
  }

  private async lookAtDatabase(): Promise<HealthIndicatorResult> {
    try {
      await rejectAfter(DATABASE_TIMEOUT_MILLISECONDS, this.dataSource.query('SELECT 1'));
    } catch (cause) {
      throw new MfaError('unavailable', {}, { cause });
    }
    return this.indicators.check('database').up();
  }

  private lookAtRedis() {
    const { redis } = this;
    return redis.isConfigured ? [this.lookAtHelper('redis', () => redis.ping(), NO_CACHE)] : [];
  }

  private lookAtMailServer() {
    const reach = this.mailer.reach?.bind(this.mailer);
    return reach === undefined ? [] : [this.lookAtHelper('smtp', reach, MAIL_CACHE_MILLISECONDS)];
  }

  private lookAtHelper(name: string, reach: () => Promise<void>, cacheMilliseconds: number) {
    const indicator = this.indicators.check(name);
    const attempt = indicator
      .attempt(reach)
      .withTimeout(HELPER_TIMEOUT_MILLISECONDS)
      .cacheFor(cacheMilliseconds);
    return async (): Promise<HealthIndicatorResult> => {
      const result = await attempt;
      return result[name]?.status === 'up' ? indicator.up() : indicator.degraded();
    };
  }
}

/** Reasons are for the log: a message may name a host, or what it said. */
function statusesOf(details: HealthIndicatorResult): NonNullable<ReadinessResponse['details']> {
  const entries = Object.entries(details).map(([name, { status }]) => [name, { status }] as const);
  return Object.fromEntries(entries);
}
