import { Injectable } from '@nestjs/common';
import { Clock } from '../../mfa/index.js';
import { ServerConfig } from '../config/server-config.js';
import { WindowCounter } from './window-counter.js';

const WINDOW_SECONDS = 60;

/** Counts requests by group of client addresses. */
@Injectable()
export class RateLimiter extends WindowCounter {
  constructor({ rateLimitPerMinute }: ServerConfig, clock: Clock) {
    super({ limit: rateLimitPerMinute, seconds: WINDOW_SECONDS }, clock);
  }
}
