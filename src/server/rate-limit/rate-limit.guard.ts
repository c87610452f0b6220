import { type ExecutionContext, Injectable } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerLimitDetail } from '@nestjs/throttler';
import { MfaError } from '../../mfa/index.js';
import { addressGroup } from './address-group.js';

/**
 * Limits what one client address may ask for, over all the routes that this guard stands before:
 * changing the route is no way around it.
 */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  protected override getTracker({ ip }: { readonly ip?: string }): Promise<string> {
    return Promise.resolve(addressGroup(ip ?? 'unknown'));
  }

  /** The client alone, where the package would add the route. */
  protected override generateKey(_context: ExecutionContext, client: string): string {
    return client;
  }

  /** @throws {MfaError} `rate_limited` */
  protected override throwThrottlingException(
    _context: ExecutionContext,
    { timeToBlockExpire }: ThrottlerLimitDetail,
  ): Promise<void> {
    throw new MfaError('rate_limited', { retryAfterSeconds: timeToBlockExpire });
  }
}
