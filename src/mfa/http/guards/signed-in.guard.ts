import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { type Principal } from '../../core/actor.js';
import { RequestFact } from '../request-fact.js';
import { HostAccess } from './host-access.js';

/** Who made the request: stated by {@link SignedInGuard}. */
export const principals = new RequestFact<Principal>('SignedInGuard');

/** Lets a request pass whose access token the host accepts. */
@Injectable()
export class SignedInGuard implements CanActivate {
  constructor(private readonly access: HostAccess) {}

  /** @throws {MfaError} `not_authenticated` or `token_not_valid` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<object>();
    // A route and its controller may both ask; the host is asked once.
    if (!principals.has(request)) principals.set(request, await this.access.authenticate(request));
    return true;
  }
}
