import { type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerLimitDetail } from '@nestjs/throttler';
import { clientNetworkOf, MfaError, siteOf } from '../../mfa/index.js';

/** Counts an IPv6 client's /48 in addition to the client. */
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
 * Marks a route that is counted only with routes of the same kind. All sessions of an office renew
 * themselves, and that must keep nobody there from signing in.
 */
export function CountedApart(kind: string): MethodDecorator {
  return SetMetadata(COUNTED_APART, kind);
}

/**
 * Limits the requests of one client address over all guarded routes together, except those marked
 * {@link CountedApart}: changing the route does not help a client. Nor does changing the address
 * within a /48 of IPv6.
 */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  protected override getTracker(request: Addressed): Promise<string> {
    return Promise.resolve(clientNetworkOf(addressOf(request)));
  }

  /** The client alone, while the package would add the route; with the kind for routes counted apart. */
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
