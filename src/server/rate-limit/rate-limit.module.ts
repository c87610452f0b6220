import { Module } from '@nestjs/common';
import { RateLimiter } from './rate-limiter.js';

/** What {@link RateLimitGuard} needs. */
@Module({ providers: [RateLimiter], exports: [RateLimiter] })
export class RateLimitModule {}
