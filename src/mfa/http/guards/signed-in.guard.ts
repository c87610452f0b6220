import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { GUARDS_METADATA } from '@nestjs/common/constants.js';
import { Reflector } from '@nestjs/core';
import { MfaError } from '../../contract/errors.js';
import { type Principal } from '../../core/access/actor.js';
import { type ClientInfo } from '../../core/ports/mfa-passed.js';
import { type RequestKind } from '../../core/ports/request-budget.js';
import { isReadingCall, originOf } from '../requests/calls.js';
import { clientOf } from '../requests/client-info.js';
import { RequestFact } from '../requests/request-fact.js';
import { HostAccess } from './host-access.js';

/** The one who makes a call, and from where. */
export interface Sender {
  readonly principal: Principal;
  readonly client: ClientInfo;
}

/** By the origin of the call, for parameters. A WebSocket has one of its last message. */
const senders = new RequestFact<Sender>('SignedInGuard');

/** By the arguments of the call, of which all its guards get the same array. */
const judged = new WeakMap<object, Sender>();

/** Marks a route that ends sessions. It has a budget of its own, so that other requests keep nobody from it. */
export const EndsSessions = Reflector.createDecorator<true>();

/** Admits a call whose access token the host accepts, within the budget of its subject. */
@Injectable()
export class SignedInGuard implements CanActivate {
  constructor(
    private readonly access: HostAccess,
    private readonly reflector: Reflector,
  ) {}

  /** @throws {MfaError} `not_authenticated`, `token_not_valid` or `rate_limited` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const args = context.getArgs<unknown[]>();
    // A route and its controller may both have this guard. The host is asked once for each call.
    if (judged.has(args)) return true;
    const origin = originOf(context);
    const request = this.access.requestOf(context);
    const principal = await this.access.authenticate(request);
    refuseOtherSubject(senders.find(origin), principal);
    const { subjectId, sessionId: credentialId } = principal;
    const kind = this.kindOf(context);
    const client = clientOf(request);
    await this.access.spend({ kind, subjectId, credentialId, ip: client.ip });
    const sender = { principal, client };
    senders.set(origin, sender);
    judged.set(args, sender);
    return true;
  }

  /** An unmarked route may write. */
  private kindOf(context: ExecutionContext): RequestKind {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride(EndsSessions, targets) === true) return 'ending';
    return isReadingCall(context) ? 'read' : 'write';
  }
}

/**
 * The sender of a call. {@link SignedInGuard} finds it.
 *
 * @throws {Error} if the route lacks the guard
 */
export function senderOf(context: ExecutionContext): Sender {
  const sender = judged.get(context.getArgs<unknown[]>()) ?? senders.of(originOf(context));
  // An earlier message of the connection, or another field of the operation, says nothing of this call.
  if (context.getType() === 'http' || isGuarded(context)) return sender;
  throw new Error(
    `${context.getClass().name}.${context.getHandler().name} lacks @RequireSignIn().`,
  );
}

/** Guards run before parameters are read, so it is enough that there is the guard. */
function isGuarded(context: ExecutionContext): boolean {
  return [context.getHandler(), context.getClass()].some((target) => {
    // `UseGuards` keeps a list here.
    const guards = Reflect.getMetadata(GUARDS_METADATA, target) as readonly unknown[] | undefined;
    return guards?.includes(SignedInGuard);
  });
}

/**
 * A connection is one subject's. Its messages run at the same time, so a second subject could act between the
 * judgement of the first one and the work that was judged.
 */
function refuseOtherSubject(former: Sender | undefined, { subjectId }: Principal): void {
  if (former !== undefined && former.principal.subjectId !== subjectId) {
    throw new MfaError('token_not_valid');
  }
}
