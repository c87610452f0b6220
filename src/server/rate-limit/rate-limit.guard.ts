import { type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
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

const COUNTED_APART = Symbol('COUNTED_APART');

/**
 * Route: counted with those of the same kind alone. The sessions of a whole office renew themselves, and
 * nobody there may be kept from signing in by that.
 */
export function CountedApart(kind: string): MethodDecorator {
  return SetMetadata(COUNTED_APART, kind);
}

/**
 * Limits what one client address may ask for, over all the routes that this guard stands before but
 * those that are {@link CountedApart}: changing the route is no way around it. Nor is changing the address within a /48 of IPv6.
 */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  protected override getTracker(request: Addressed): Promise<string> {
    return Promise.resolve(clientNetworkOf(addressOf(request)));
  }

  /** The client alone, where the package would add the route; and the kind, for what is counted apart. */
  protected override generateKey(context: ExecutionContext, client: string): string {
    const kind = this.reflector.get<string | undefined>(COUNTED_APART, context.getHandler());
    return kind === undefined ? client : `${kind}:${client}`;
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
