import { Logger, Module } from '@nestjs/common';
import {
  ThrottlerModule,
  type ThrottlerModuleOptions,
  type ThrottlerStorage,
} from '@nestjs/throttler';
import { Clock, SHARES_OF_SITE } from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { RedisConnection } from './redis/redis-connection.js';
import { RedisModule } from './redis/redis.module.js';
import { FallbackStorage } from './fallback-storage.js';
import { MemoryStorage } from './memory-storage.js';
import { RateLimitGuard, SITE_THROTTLER } from './rate-limit.guard.js';
import { RedisStorage } from './redis-storage.js';
import { SubjectBudget, WINDOW_MILLISECONDS } from './subject-budget.js';

/** The dependencies of {@link RateLimitGuard}, and the budgets of people who sign in or are signed in. */
@Module({
  imports: [
    ThrottlerModule.forRootAsync({
      imports: [RedisModule],
      inject: [ServerConfig, RedisConnection, Clock],
      useFactory: optionsOf,
    }),
  ],
  providers: [SubjectBudget],
  exports: [SubjectBudget],
})
export class RateLimitModule {}

function optionsOf(
  config: ServerConfig,
  { client }: RedisConnection,
  clock: Clock,
): ThrottlerModuleOptions {
  const logger = new Logger(RateLimitGuard.name);
  if (client === null && config.isProduction) {
    logger.log(
      'REDIS_URL is unset: requests are counted in the memory of this process, so each of several processes lets the whole limit pass.',
    );
  }
  const storage: ThrottlerStorage =
    client === null
      ? new MemoryStorage(clock)
      : new FallbackStorage({ shared: new RedisStorage(client), clock, logger });
  const perClient = { ttl: WINDOW_MILLISECONDS, limit: config.rateLimitPerMinute };
  const perSite = { ...perClient, ...SITE_THROTTLER, limit: SHARES_OF_SITE * perClient.limit };
  return { throttlers: [perClient, perSite], storage, setHeaders: false };
}
