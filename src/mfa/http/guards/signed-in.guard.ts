import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type Principal } from '../../core/access/actor.js';
import { type RequestKind } from '../../core/ports/request-budget.js';
import { clientOf } from '../requests/client-info.js';
import { type HttpRequest } from '../requests/http-request.js';
import { RequestFact } from '../requests/request-fact.js';
import { HostAccess } from './host-access.js';

/** The sender of a request. {@link SignedInGuard} sets it. */
export const principals = new RequestFact<Principal>('SignedInGuard');

/** Marks a route that ends sessions. It has a budget of its own, so that other requests keep nobody from it. */
export const EndsSessions = Reflector.createDecorator<true>();

const READING_METHODS = ['GET', 'HEAD'];

/** Admits a request whose access token the host accepts, within the budget of its subject. */
@Injectable()
export class SignedInGuard implements CanActivate {
  constructor(
    private readonly access: HostAccess,
    private readonly reflector: Reflector,
  ) {}

  /** @throws {MfaError} `not_authenticated`, `token_not_valid` or `rate_limited` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<HttpRequest>();
    // A route and its controller may both have this guard. The host is asked once.
    if (principals.has(request)) return true;
    const principal = await this.access.authenticate(request);
    const { subjectId, sessionId: credentialId } = principal;
    const kind = this.kindOf(context, request);
    const { ip } = clientOf(request);
    await this.access.spend({ kind, subjectId, credentialId, ip });
    principals.set(request, principal);
    return true;
  }

  /** An unmarked route may write. */
  private kindOf(context: ExecutionContext, { method = '' }: HttpRequest): RequestKind {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride(EndsSessions, targets) === true) return 'ending';
    return READING_METHODS.includes(method) ? 'read' : 'write';
  }
}
