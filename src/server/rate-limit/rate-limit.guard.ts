import { type ExecutionContext, Injectable } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerLimitDetail } from '@nestjs/throttler';
import { clientNetworkOf, MfaError, siteOf } from '../../mfa/index.js';

/** Counts the /48 of IPv6 that a client is in, beside the client. */
export const SITE_THROTTLER = {
  name: 'site',
  skipIf: (context: ExecutionContext) => siteOf(addressOf(requestOf(context))) === null,
  getTracker: (request: Addressed) => siteOf(addressOf(request)) ?? '',
};

interface Addressed {
  readonly ip?: string;
}

/**
 * Limits what one client address may ask for, over all the routes that this guard stands before:
 * changing the route is no way around it. Nor is changing the address within a /48 of IPv6.
 */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  protected override getTracker(request: Addressed): Promise<string> {
    return Promise.resolve(clientNetworkOf(addressOf(request)));
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

function requestOf(context: ExecutionContext): Addressed {
  return context.switchToHttp().getRequest<Addressed>();
}

function addressOf({ ip }: Addressed): string | null {
  return ip ?? null;
}
