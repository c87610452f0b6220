import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  SetMetadata,
  UnauthorizedException,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type Request } from 'express';
import { type Session } from './session.entity.js';
import { Sessions } from './sessions.js';

const IS_PUBLIC = 'isPublic';

/** Marks routes for people who are not signed in. */
export const Public = () => SetMetadata(IS_PUBLIC, true);

/** A request that {@link SessionGuard} has let pass, with its user unless the route is public. */
export interface SignedInRequest extends Request {
  session: Session;
}

/** Guards every route of the application. */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(
    private readonly sessions: Sessions,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, targets)) return true;
    const request = context.switchToHttp().getRequest<SignedInRequest>();
    const session = await this.sessions.findByCookie(request.headers.cookie);
    if (session === null) throw new UnauthorizedException();
    request.session = session;
    return true;
  }
}
