import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { MfaError } from '../../mfa/index.js';
import { addressGroup } from './address-group.js';
import { RateLimiter } from './rate-limiter.js';

/**
 * Limits what one client address may ask for, over all the routes that this guard stands before:
 * changing the route is no way around it.
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(private readonly limiter: RateLimiter) {}

  /** @throws {MfaError} `rate_limited` */
  canActivate(context: ExecutionContext): boolean {
    const { ip } = context.switchToHttp().getRequest<{ ip?: string }>();
    const retryAfterSeconds = this.limiter.take(addressGroup(ip ?? 'unknown'));
    if (retryAfterSeconds !== null) throw new MfaError('rate_limited', { retryAfterSeconds });
    return true;
  }
}
