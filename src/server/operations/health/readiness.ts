import { Injectable, Logger } from '@nestjs/common';
import {
  HealthCheckService,
  type HealthIndicatorResult,
  HealthIndicatorService,
} from '@nestjs/terminus';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { MfaError, reasonOf, rejectAfter } from '../../../mfa/index.js';
import { IS_READ_ONLY, refuseReadOnly } from '../../database/read-only.js';
import { Mailer } from '../../delivery/mail/mailer.js';
import { RedisConnection } from '../../rate-limit/redis/redis-connection.js';
import { DrainState } from '../shutdown/drain-state.js';
import { type ReadinessResponse } from './health.responses.js';

const DATABASE_TIMEOUT_MILLISECONDS = 2_000;
/** A helper that the server can do without must not slow the probe. */
const HELPER_TIMEOUT_MILLISECONDS = 1_000;
/** Checking the mail server takes a connection and a sign-in, which is too much for every probe. */
const MAIL_CACHE_MILLISECONDS = 15_000;
/** Checking Redis is one small write. */
const NO_CACHE = 0;

/**
 * Checks what the server depends on. Without a writable database it can do nothing. Without a
 * helper it continues: limits are counted in memory, security e-mails wait in the outbox, and a
 * person without a code may have other factors. An unreachable helper is unreachable from every
 * server, and taking all servers out of service would be the greater outage.
 */
@Injectable()
export class Readiness {
  private readonly logger = new Logger(Readiness.name);
  /** The logged reason why a helper is unreachable; absent while it is reachable. */
  private readonly told = new Map<string, string>();

  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly mailer: Mailer,
    private readonly redis: RedisConnection,
    private readonly drain: DrainState,
  ) {}

  /** @throws {MfaError} `unavailable` when the database accepts no change, or the process drains */
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
      const answer = this.dataSource.query<{ read_only: string }[]>(`SELECT ${IS_READ_ONLY}`);
      refuseReadOnly(await rejectAfter(DATABASE_TIMEOUT_MILLISECONDS, answer));
    } catch (cause) {
      throw new MfaError('unavailable', {}, { cause });
    }
    return this.indicators.check('database').up();
  }

  private lookAtRedis() {
    const { redis } = this;
    return redis.isConfigured ? [this.lookAtHelper('redis', () => redis.reach(), NO_CACHE)] : [];
  }

  private lookAtMailServer() {
    const reach = this.mailer.reach?.bind(this.mailer);
    return reach === undefined ? [] : [this.lookAtHelper('smtp', reach, MAIL_CACHE_MILLISECONDS)];
  }

  private lookAtHelper(name: string, reach: () => Promise<void>, cacheMilliseconds: number) {
    const indicator = this.indicators.check(name);
    const attempt = indicator
      .attempt(() => this.tellOf(name, reach))
      .withTimeout(HELPER_TIMEOUT_MILLISECONDS)
      .cacheFor(cacheMilliseconds);
    return async (): Promise<HealthIndicatorResult> => {
      const result = await attempt;
      return result[name]?.status === 'up' ? indicator.up() : indicator.degraded();
    };
  }

  /** Logs a line when a helper becomes unreachable, when the reason changes, and when it is back. */
  private async tellOf(name: string, reach: () => Promise<void>): Promise<void> {
    try {
      await reach();
      if (this.told.delete(name)) this.logger.log(`${name} answers again.`);
    } catch (error) {
      const reason = reasonOf(error);
      if (this.told.get(name) !== reason) this.logger.warn(`${name} does not answer: ${reason}`);
      this.told.set(name, reason);
      throw error;
    }
  }
}

/** Leaves the reasons to the log: a message may name a host or quote it. */
function statusesOf(details: HealthIndicatorResult): NonNullable<ReadinessResponse['details']> {
  const entries = Object.entries(details).map(([name, { status }]) => [name, { status }] as const);
  return Object.fromEntries(entries);
}
