import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { RedisModule } from '../../rate-limit/redis/redis.module.js';
import { HealthController } from './health.controller.js';
import { Readiness } from './readiness.js';

/** The two health checks. */
@Module({
  // Failures are logged as problems, like all others.
  imports: [TerminusModule.forRoot({ logger: false }), RedisModule],
  controllers: [HealthController],
  providers: [Readiness],
})
export class HealthModule {}
